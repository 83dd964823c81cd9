//! A page as a person sees it: texts, and forms that are filled in by their labels and sent with a button.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, ensure};
use axum::body::Body;
use http::{Request, header};
use scraper::{ElementRef, Html, Selector};

use crate::console::{Answer, Console, TOKEN};

/// A page.
pub struct Page {
    html: Html,
}

/// A form of a page, as far as it is filled in.
pub struct Form {
    action: String,
    controls: Vec<Control>,
}

/// A field.
#[derive(Debug)]
struct Control {
    name: String,
    label: String,
    value: String,
    /// What it can be set to, where that is limited: each option with its text.
    options: Vec<(String, String)>,
    /// A box or a radio button, which is sent only when it is ticked.
    ticked: Option<bool>,
    /// Of those of one name only one is.
    is_radio: bool,
}

impl Page {
    /// What was answered.
    #[must_use]
    pub fn of(answer: &Answer) -> Self {
        Self { html: Html::parse_document(&answer.text) }
    }

    /// The texts of everything that the selector finds, spaces made one.
    ///
    /// # Panics
    /// It is no selector.
    #[must_use]
    pub fn texts(&self, selector: &str) -> Vec<String> {
        self.html.select(&css(selector)).map(text).collect()
    }

    /// The only text that it finds.
    ///
    /// # Errors
    /// It finds none, or several.
    pub fn text(&self, selector: &str) -> Result<String> {
        let mut texts = self.texts(selector);
        ensure!(texts.len() == 1, "expected one {selector}, found {texts:#?}");
        texts.pop().context("it was counted")
    }

    /// An attribute of the first element that it finds.
    ///
    /// # Panics
    /// It is no selector.
    #[must_use]
    pub fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        self.html.select(&css(selector)).next()?.attr(name).map(str::to_owned)
    }

    /// The form with this id, or the one that holds the button with this id.
    ///
    /// # Errors
    /// There is none.
    pub fn form(&self, id: &str) -> Result<Form> {
        let selectors = [format!("form#{id}"), format!("form:has(button#{id})")];
        let form = selectors.iter().find_map(|selector| self.html.select(&css(selector)).next());
        let form = form.with_context(|| format!("there is no form {id}"))?;
        let action = form.attr("action").context("a form says where it is sent")?.to_owned();
        let controls =
            form.select(&css("input, select, textarea")).filter_map(|element| self.control(element)).collect();
        Ok(Form { action, controls })
    }

    /// An attribute of everything that the selector finds and that has it.
    #[must_use]
    pub fn attributes(&self, selector: &str, name: &str) -> Vec<String> {
        self.html.select(&css(selector)).filter_map(|element| element.attr(name)).map(str::to_owned).collect()
    }

    /// Controls with which a person could change something: those of forms that are sent, but for the end of the own session.
    #[must_use]
    pub fn open_controls(&self) -> Vec<String> {
        let controls = css("form[method=post] :is(button, select, textarea, input:not([type=hidden]))");
        let is_open = |control: &ElementRef<'_>| {
            let around = || control.ancestors().filter_map(ElementRef::wrap);
            let is_closed = |part: ElementRef<'_>| part.value().name() == "fieldset" && part.attr("disabled").is_some();
            let is_own = around().any(|part| part.attr("action") == Some("/sign-out"));
            control.attr("disabled").is_none() && !is_own && !around().any(is_closed)
        };
        self.html.select(&controls).filter(is_open).map(|control| control.html()).collect()
    }

    /// What the selector finds and no field is described by.
    #[must_use]
    pub fn untold(&self, selector: &str) -> Vec<String> {
        let (describing, selector) = (css("[aria-describedby]"), css(selector));
        let described = self.html.select(&describing);
        let told: BTreeSet<&str> =
            described.filter_map(|element| element.attr("aria-describedby")).flat_map(str::split_whitespace).collect();
        let found = self.html.select(&selector);
        found.filter(|element| element.attr("id").is_none_or(|id| !told.contains(id))).map(text).collect()
    }

    /// What stands beside a field as wrong.
    ///
    /// # Errors
    /// There is no such field, or nothing stands beside it.
    pub fn wrong(&self, label: &str) -> Result<String> {
        let wrong = css("[aria-invalid=true]");
        let fields = self.html.select(&wrong);
        let mut of_label = fields.filter(|field| self.label(*field) == label);
        let field = of_label.next().with_context(|| format!("“{label}” is not marked as wrong"))?;
        // What helps to fill it in is named before.
        let told = field.attr("aria-describedby").context("it says where that is told")?;
        let id = told.split_whitespace().last().unwrap_or_default();
        self.text(&format!("[id='{id}']"))
    }

    fn control(&self, element: ElementRef<'_>) -> Option<Control> {
        let name = element.attr("name")?.to_owned();
        let is_box = matches!(element.attr("type"), Some("checkbox" | "radio"));
        let of = |option: ElementRef<'_>| {
            let words = text(option);
            (
                option.attr("value").map_or_else(|| words.clone(), str::to_owned),
                words,
                option.attr("selected").is_some(),
            )
        };
        let options: Vec<_> = element.select(&css("option")).map(of).collect();
        let chosen =
            options.iter().find(|(_, _, is_chosen)| *is_chosen).or(options.first()).map(|(value, ..)| value.clone());
        let own = element.attr("value").unwrap_or(if is_box { "on" } else { "" }).to_owned();
        Some(Control {
            name,
            label: self.label(element),
            value: chosen.unwrap_or(own),
            options: options.into_iter().map(|(value, words, _)| (value, words)).collect(),
            ticked: is_box.then(|| element.attr("checked").is_some()),
            is_radio: element.attr("type") == Some("radio"),
        })
    }

    /// What a field is called.
    fn label(&self, element: ElementRef<'_>) -> String {
        if let Some(label) = element.attr("aria-label") {
            return label.to_owned();
        }
        let Some(id) = element.attr("id") else { return String::new() };
        let label = self.html.select(&css(&format!("label[for='{id}']"))).next();
        label.map(text).unwrap_or_default()
    }
}

impl Form {
    /// What is filled in.
    ///
    /// # Errors
    /// There is no such field.
    pub fn value(&self, label: &str) -> Result<&str> {
        let control = self.controls.iter().find(|control| control.label == label);
        control.map(|control| control.value.as_str()).with_context(|| format!("there is no field “{label}”"))
    }

    /// Types a text, or chooses an option by its text.
    ///
    /// # Errors
    /// There is no such field, or it cannot be chosen.
    pub fn fill(mut self, label: &str, text: &str) -> Result<Self> {
        let control = self.control(label)?;
        let option = control.options.iter().find(|(_, words)| words == text).map(|(value, _)| value.clone());
        ensure!(option.is_some() || control.options.is_empty(), "“{text}” is not among {:?}", control.options);
        control.value = option.unwrap_or_else(|| text.to_owned());
        Ok(self)
    }

    /// The form as a page of another time sends it: without the field of this name.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.controls.retain(|control| control.name != name);
        self
    }

    /// Ticks a box or a radio button.
    ///
    /// # Errors
    /// There is no such box.
    pub fn tick(mut self, label: &str) -> Result<Self> {
        let control = self.control(label)?;
        ensure!(control.ticked.is_some(), "“{label}” is no box");
        let (name, is_radio) = (control.name.clone(), control.is_radio);
        for control in self.controls.iter_mut().filter(|control| control.name == name) {
            if control.label == label {
                control.ticked = Some(true);
            } else if is_radio {
                control.ticked = Some(false);
            }
        }
        Ok(self)
    }

    /// Takes the tick away.
    ///
    /// # Errors
    /// There is no such box.
    pub fn untick(mut self, label: &str) -> Result<Self> {
        self.control(label)?.ticked = Some(false);
        Ok(self)
    }

    /// Sends it with a button that has this name and value; empty ones where it has none.
    ///
    /// # Errors
    /// No answer was given.
    pub async fn press(self, console: &Console, name: &str, value: &str) -> Result<Answer> {
        let sent = self.controls.iter().filter(|control| control.ticked != Some(false));
        let pairs = sent.map(|control| (control.name.as_str(), control.value.as_str()));
        let pairs = pairs.chain((!name.is_empty()).then_some((name, value)));
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        console.submit(&self.action, body).await
    }

    fn control(&mut self, label: &str) -> Result<&mut Control> {
        let mut labels: Vec<String> = self.controls.iter().map(|control| control.label.clone()).collect();
        labels.retain(|label| !label.is_empty());
        let control = self.controls.iter_mut().find(|control| control.label == label);
        control.with_context(|| format!("there is no field “{label}” among {labels:#?}"))
    }
}

impl Console {
    /// A page, with its status.
    ///
    /// # Errors
    /// It was answered with another one.
    pub async fn page(&self, path: &str, status: u16) -> Result<Page> {
        Ok(Page::of(&self.get(path).await?.expect(status)?))
    }

    /// Sends a form.
    ///
    /// # Errors
    /// No answer was given.
    pub async fn submit(&self, path: &str, body: String) -> Result<Answer> {
        let request = Request::builder().method("POST").uri(path).header("authorization", format!("Bearer {TOKEN}"));
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(body))?).await
    }

    /// What the page says that a form has led to.
    ///
    /// # Errors
    /// The form led nowhere, or nothing is said there.
    pub async fn told(&self, answer: &Answer) -> Result<String> {
        let cookies = answer.headers.get(header::SET_COOKIE).context("a notice")?.to_str()?;
        let cookie = cookies.split(';').next().context("a cookie")?;
        let request = Request::builder().uri(answer.location()?).header(header::COOKIE, cookie);
        let request = request.header(header::AUTHORIZATION, format!("Bearer {TOKEN}"));
        Page::of(&self.send(request.body(Body::empty())?).await?.expect(200)?).text("#notice")
    }
}

impl Answer {
    /// Where a form led to.
    ///
    /// # Errors
    /// It led nowhere.
    pub fn location(&self) -> Result<&str> {
        let location = self.headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
        location.filter(|_| self.status == 303).with_context(|| format!("expected a redirect, got {self:?}"))
    }
}

fn css(selector: &str) -> Selector {
    Selector::parse(selector).unwrap_or_else(|error| panic!("{selector}: {error}"))
}

fn text(element: ElementRef<'_>) -> String {
    let text: String = element.text().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

//! What is decided on the page of an account.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use bridge_core::id::AccountId;
use bridge_core::item::ItemId;
use serde::Deserialize as _;
use serde::de::IntoDeserializer as _;
use serde::de::value::Error as Odd;

use crate::accounts::{Answer, Decision, Entered, Named};
use crate::auth::Actor;
use crate::document::AccountNumber;
use crate::error::Error;
use crate::pages::form::Form;
use crate::pages::frame::told;
use crate::{Deps, accounts, run};

pub(super) async fn run(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    AccountNumber(id): AccountNumber,
) -> Result<Response, Error> {
    let done = run::now(&deps, &by, &run::Asked { what: run::What::Account(AccountId(id)) }).await;
    let text = "The account is looked at now. Load this page again in a few seconds to see what came of it.";
    told(&path(id), done.map(|_| text.to_owned()))
}

pub(super) async fn decide(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    AccountNumber(id): AccountNumber,
    form: Form,
) -> Result<Response, Error> {
    let done = accounts::decide(&deps, &by, id, &decision(&form)?).await;
    told(&path(id), done.map(|()| "Decided. A worker goes on from there within a few seconds.".to_owned()))
}

pub(super) async fn except(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    AccountNumber(id): AccountNumber,
    form: Form,
) -> Result<Response, Error> {
    let wrong = |_| Error::field("grant", "this is nothing that an item can be");
    let Named { application, name, infra } = named(&form);
    let entered = Entered {
        item: ItemId { application: application.into(), name, infra: infra.map(Into::into) },
        grant: serde_json::from_str(form.text("grant")).map_err(wrong)?,
        reason: form.text("reason").to_owned(),
    };
    let done = accounts::except(&deps, &by, id, entered).await;
    told(&path(id), done.map(|()| "Made permanent: neither contracts nor runs change it any more.".to_owned()))
}

pub(super) async fn unexcept(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    AccountNumber(id): AccountNumber,
    form: Form,
) -> Result<Response, Error> {
    let done = accounts::unexcept(&deps, &by, id, named(&form)).await;
    told(&path(id), done.map(|()| "Ended: the item follows the contracts again from the next run on.".to_owned()))
}

pub(super) fn path(id: i64) -> String {
    format!("/accounts/{id}")
}

fn decision(form: &Form) -> Result<Decision, Error> {
    let text = form.text("answer");
    let answer: Result<Answer, Odd> = Answer::deserialize(text.into_deserializer());
    let answer = answer.map_err(|_| Error::field("answer", format!("“{text}” is nothing that can be decided")))?;
    Ok(Decision { answer, tenant: form.filled("tenant").map(Into::into) })
}

fn named(form: &Form) -> Named {
    Named {
        application: form.text("application").to_owned(),
        name: form.text("name").to_owned(),
        infra: form.filled("infra").map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Form {
        pairs.iter().copied().collect()
    }

    #[test]
    fn v4_a_button_decides_what_it_says() {
        let read = decision(&form(&[("answer", "return"), ("tenant", "t-1")])).unwrap();
        assert_eq!((read.answer, read.tenant), (Answer::Return, Some("t-1".into())));
        assert_eq!(
            decision(&form(&[("answer", "without_administrator")])).unwrap().answer,
            Answer::WithoutAdministrator
        );
        assert_eq!(decision(&form(&[("answer", "delete")])).unwrap_err().fields()[0].field, "answer");
    }

    #[test]
    fn p15_an_item_without_storage_is_named_without_one() {
        let named = named(&form(&[("application", "a"), ("name", "pw_base_servers"), ("infra", "")]));
        assert_eq!((named.application.as_str(), named.name.as_str(), named.infra), ("a", "pw_base_servers", None));
    }
}

//! Whom a tenant or a user is about.

use serde_json::{Map, Value, json};

/// Name and address; what is `None` is not told to Acronis.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contact {
    /// E-mail address; a user needs one.
    pub email: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// First line of the address.
    pub address1: Option<String>,
    /// Second line of the address.
    pub address2: Option<String>,
    /// Town.
    pub city: Option<String>,
    /// State or province.
    pub state: Option<String>,
    /// Postal code.
    pub zip: Option<String>,
    /// Country.
    pub country: Option<String>,
    /// Web site.
    pub website: Option<String>,
}

impl Contact {
    /// `None` when there is nothing to tell.
    pub(crate) fn body(&self) -> Option<Value> {
        let fields = [
            ("email", &self.email),
            ("firstname", &self.first_name),
            ("lastname", &self.last_name),
            ("phone", &self.phone),
            ("address1", &self.address1),
            ("address2", &self.address2),
            ("city", &self.city),
            ("state", &self.state),
            ("zipcode", &self.zip),
            ("country", &self.country),
            ("website", &self.website),
        ];
        let told = |value: &Option<String>| {
            value.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(|text| json!(text))
        };
        let body: Map<String, Value> =
            fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), told(value)?))).collect();
        (!body.is_empty()).then_some(Value::Object(body))
    }
}

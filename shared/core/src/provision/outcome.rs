//! How a creation records what it is about to do and what came of it. A doubtful outcome is recorded by recording nothing.

use jiff::Timestamp;

use super::creation::{Contact, Creation, Customer, Former};
use super::login;
use super::problem::{Problem, Step};
use crate::id::{TenantId, UserId};

/// A person's answer to rule V4's question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Map the account to this earlier tenant and make nothing.
    Return(TenantId),
    /// Leave the earlier tenants alone and make a new one.
    New,
}

impl Creation {
    /// The create of the tenant is about to be sent.
    pub fn begin_tenant(&mut self, now: Timestamp) {
        self.progress.tenant_attempt.begin(now);
    }

    /// Acronis made the tenant.
    pub fn tenant_created(&mut self, tenant: TenantId) {
        self.progress.tenant = Some(tenant);
    }

    /// The create of the tenant certainly had no effect, for a reason that passes by itself.
    pub fn tenant_had_no_effect(&mut self) {
        self.progress.tenant_attempt.had_no_effect();
    }

    /// Acronis refused the tenant because of its name. An earlier attempt of ours may have taken it, so a search decides.
    pub fn tenant_name_taken(&mut self) {
        self.progress.tenant_attempt.had_no_effect();
        self.progress.name_was_refused = true;
    }

    /// The account is mapped to the tenant.
    pub fn mapped(&mut self) {
        self.progress.is_mapped = true;
    }

    /// The tenant is in production.
    pub fn production_set(&mut self) {
        self.progress.is_priced = true;
    }

    /// The tenant's items are as its first plan wants them.
    pub fn items_written(&mut self) {
        self.progress.has_items = true;
        self.forget_contact();
    }

    /// Takes in a search for the user that began then.
    pub fn user_found(&mut self, user: Option<UserId>, began_at: Timestamp) {
        match user {
            Some(user) => self.progress.user = Some(user),
            None => {
                self.progress.user_attempt.found_nothing(began_at);
                self.check_login();
            }
        }
    }

    /// Nobody has this login.
    pub fn login_is_free(&mut self, candidate: String) {
        self.progress.login = Some(candidate);
    }

    /// Somebody has the candidate: the next one is tried.
    pub fn login_is_taken(&mut self) {
        self.progress.login = None;
        self.progress.logins_taken = self.progress.logins_taken.saturating_add(1);
        self.check_login();
    }

    /// Acronis refused the chosen login as taken: somebody was faster, or an earlier attempt of ours, which the search finds.
    pub fn user_login_taken(&mut self) {
        self.progress.user_attempt.had_no_effect();
        self.login_is_taken();
    }

    /// The create of the user is about to be sent.
    pub fn begin_user(&mut self, now: Timestamp) {
        self.progress.user_attempt.begin(now);
    }

    /// Acronis made the user.
    pub fn user_created(&mut self, user: UserId) {
        self.progress.user = Some(user);
    }

    /// The create of the user certainly had no effect, for a reason that passes by itself.
    pub fn user_had_no_effect(&mut self) {
        self.progress.user_attempt.had_no_effect();
    }

    /// The user administers the tenant.
    pub fn role_set(&mut self) {
        self.progress.has_role = true;
    }

    /// The activation e-mail is on its way; the contact is no longer needed.
    pub fn activation_sent(&mut self) {
        self.progress.is_invited = true;
        self.forget_contact();
    }

    /// A step was refused and certainly had no effect; a person is told in these words.
    pub fn refused(&mut self, step: Step, words: impl Into<String>) {
        match step {
            Step::Tenant => self.progress.tenant_attempt.had_no_effect(),
            Step::User => {
                self.progress.user_attempt.had_no_effect();
                self.progress.login = None;
            }
            Step::Mapping | Step::Pricing | Step::Items | Step::Role | Step::Activation => {}
        }
        self.problem = Some(Problem::Refused { step, words: words.into() });
    }

    /// A person wants it tried again, with the account's present name and contact.
    pub fn retry(&mut self, customer: Customer) {
        // Who has seen the other tenant and tries again wants a new one.
        self.progress.is_new_on_purpose |= matches!(self.problem, Some(Problem::LooksAlike { .. }));
        self.problem = None;
        self.progress.name_was_refused = false;
        self.progress.logins_taken = 0;
        self.progress.tenant_attempt.search_afresh();
        self.progress.user_attempt.search_afresh();
        self.customer = customer.cleaned();
    }

    /// A person wants no administrator user after all.
    pub fn finish_without_administrator(&mut self) {
        self.administrator = false;
        self.problem = self.problem.take().filter(|problem| !problem.is_about_administrator());
        self.forget_contact();
    }

    /// A person answered rule V4's question. An answer that names none of the tenants asked about changes nothing.
    pub fn answer(&mut self, answer: Answer) {
        let Some(question) = self.question.take() else { return };
        match answer {
            Answer::New => {
                self.progress.is_new_on_purpose = true;
                self.marker = self.marker.following();
            }
            Answer::Return(tenant) if question.tenants.iter().any(|Former { tenant: t, .. }| *t == tenant) => {
                self.progress.tenant = Some(tenant);
                self.progress.returns = true;
            }
            Answer::Return(_) => self.question = Some(question),
        }
    }

    /// A login that cannot be made up stops the creation here, so that nobody goes on searching for the user.
    fn check_login(&mut self) {
        if self.progress.login.is_some() {
            return;
        }
        let email = self.customer.contact.email.as_deref();
        if let Err(problem) = login::candidate(email, self.progress.logins_taken) {
            self.problem = Some(problem);
        }
    }

    /// Personal data is kept only as long as a step needs it.
    fn forget_contact(&mut self) {
        if self.progress.has_items && (!self.administrator || self.progress.is_invited) {
            self.customer.contact = Contact::default();
        }
    }
}

//! What the API says when it refuses: Stripe's error object, its status, and whether the key remembers it.

use serde_json::{Map, Value, json};

/// An answer that is no success.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub(super) status: u16,
    kind: &'static str,
    code: Option<&'static str>,
    message: String,
    param: Option<String>,
    /// Whether the call had begun when it was refused: only then does its idempotency key keep the answer.
    pub(super) begun: bool,
}

impl Refusal {
    fn new(status: u16, kind: &'static str, message: impl Into<String>) -> Self {
        Self { status, kind, code: None, message: message.into(), param: None, begun: false }
    }

    /// A request that makes no sense: 400.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "invalid_request_error", message)
    }

    /// No such object in the path: 404.
    pub(super) fn missing(object: &str, id: &str) -> Self {
        let mut refusal = Self::no_such(object, id, "id");
        refusal.status = 404;
        refusal
    }

    /// No such object named by a parameter: 400.
    pub(super) fn no_such(object: &str, id: &str, param: &str) -> Self {
        Self::invalid(format!("No such {object}: '{id}'")).code("resource_missing").param(param)
    }

    pub(super) fn unknown_parameter(path: String) -> Self {
        Self::invalid(format!("Received unknown parameter: {path}")).code("parameter_unknown").param(path)
    }

    pub(super) fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(401, "invalid_request_error", message)
    }

    /// A restricted key that does not open this: 403.
    pub(super) fn not_permitted() -> Self {
        let message = "The provided key does not have the required permissions for this endpoint.";
        Self::new(403, "invalid_request_error", message)
    }

    /// Nothing is at this address: 404.
    pub(super) fn unknown_address(method: &str, path: &str) -> Self {
        let mut refusal = Self::invalid(format!("Unrecognized request URL ({method}: {path})."));
        refusal.status = 404;
        refusal
    }

    /// The key was used before for something else.
    pub(super) fn key_reused(key: &str) -> Self {
        let message = format!(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. \
             Try using a key other than '{key}' if you meant to execute a different request."
        );
        Self::new(400, "idempotency_error", message)
    }

    /// The first request of this key has not been answered yet.
    pub(super) fn key_in_use(key: &str) -> Self {
        let message = format!(
            "There is currently another in-progress request using this idempotency key ({key}): it probably was \
             submitted twice."
        );
        Self::new(409, "idempotency_error", message).code("idempotency_key_in_use")
    }

    /// A bank said no to a charge that this call asked for: 402, and it was tried.
    pub(super) fn declined(code: &'static str) -> Self {
        Self::new(402, "card_error", "Your card was declined.").code(code).begun()
    }

    /// Another request holds the object.
    pub(super) fn lock_timeout() -> Self {
        let message = "This object cannot be accessed right now because another API request is accessing it.";
        Self::new(409, "invalid_request_error", message).code("lock_timeout")
    }

    pub(super) fn too_many() -> Self {
        Self::new(429, "invalid_request_error", "Request rate limit exceeded.").code("rate_limit")
    }

    pub(super) fn server_error() -> Self {
        Self::new(500, "api_error", "An unknown error occurred.")
    }

    #[must_use]
    pub(super) fn code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    #[must_use]
    pub(super) fn param(mut self, param: impl Into<String>) -> Self {
        self.param = Some(param.into());
        self
    }

    /// The parameters were right, what they ask for is not possible: the key keeps the answer.
    #[must_use]
    pub(super) fn begun(mut self) -> Self {
        self.begun = true;
        self
    }

    pub(super) fn body(&self, request_id: &str) -> Value {
        let mut error = Map::new();
        error.insert("type".to_owned(), json!(self.kind));
        error.insert("message".to_owned(), json!(self.message));
        if let Some(code) = self.code {
            error.insert("code".to_owned(), json!(code));
            error.insert("doc_url".to_owned(), json!(format!("https://stripe.com/docs/error-codes/{code}")));
        }
        if let Some(param) = &self.param {
            error.insert("param".to_owned(), json!(param));
        }
        let log = format!("https://dashboard.stripe.com/test/logs/{request_id}");
        error.insert("request_log_url".to_owned(), json!(log));
        json!({ "error": error })
    }
}

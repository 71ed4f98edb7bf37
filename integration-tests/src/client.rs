//! A person at a keyboard: signs in over HTTP and speaks the API, as a script of the contract would.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::socket::Socket;

/// One signed-in (or not yet signed-in) client with its own cookie jar.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
    /// The body of `POST /session`, `null` before the sign-in.
    pub session: Value,
}

/// What the server answered: status and JSON body (`null` where there is none).
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub body: Value,
}

impl Answer {
    /// The body, if the status is `expected`; a readable panic otherwise.
    #[track_caller]
    pub fn expect(self, expected: u16) -> Value {
        assert_eq!(self.status.as_u16(), expected, "unexpected answer: {:#}", self.body);
        self.body
    }

    /// Asserts the status and the stable code of an error, and returns the error object.
    #[track_caller]
    pub fn expect_error(self, status: u16, code: &str) -> Value {
        let body = self.expect(status);
        assert_eq!(body["error"]["code"], code, "unexpected error: {body:#}");
        assert!(body["error"]["request_id"].is_string(), "an error without a request id: {body:#}");
        assert!(!body["error"]["message"].as_str().unwrap_or_default().is_empty(), "no message: {body:#}");
        body["error"].clone()
    }
}

impl Client {
    /// A client that has not signed in, for the server at `base` (`http://127.0.0.1:port`).
    pub fn new(base: &str) -> Self {
        let http = reqwest::Client::builder().cookie_store(true).build().expect("an HTTP client");
        Self { http, base: base.to_owned(), token: None, session: Value::Null }
    }

    /// Tries to sign in.
    pub async fn try_sign_in(&mut self, login: &str, password: &str) -> Answer {
        let answer = self.post("/session", json!({ "login": login, "password": password })).await;
        if answer.status == StatusCode::CREATED {
            self.session = answer.body["session"].clone();
            self.token = self.session["access_token"].as_str().map(str::to_owned);
        }
        answer
    }

    /// The id of the person who signed in.
    pub fn person_id(&self) -> &str {
        self.session["person"]["id"].as_str().expect("a signed-in person has an id")
    }

    /// The access token, for the socket and for forging.
    pub fn token(&self) -> &str {
        self.token.as_deref().expect("signed in")
    }

    /// The same client with another access token (or none).
    #[must_use]
    pub fn with_token(&self, token: Option<&str>) -> Self {
        Self { token: token.map(str::to_owned), ..self.clone() }
    }

    /// The same client at another node.
    #[must_use]
    pub fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    /// Like `get`, but `None` where the server cannot be reached or dies before it has answered.
    pub async fn try_get(&self, path: &str) -> Option<Answer> {
        self.try_send(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body.to_string())).await
    }

    /// Like `post`, but `None` where the server cannot be reached or dies before it has answered.
    pub async fn try_post(&self, path: &str, body: Value) -> Option<Answer> {
        self.try_send(Method::POST, path, Some(body.to_string())).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    /// Sends any method with any body text, as it stands.
    pub async fn send(&self, method: Method, path: &str, body: Option<String>) -> Answer {
        self.try_send(method, path, body).await.expect("the server answers")
    }

    async fn try_send(&self, method: Method, path: &str, body: Option<String>) -> Option<Answer> {
        let url = if path.starts_with("/api") || !path.starts_with('/') || is_outside_the_api(path) {
            format!("{}{path}", self.base)
        } else {
            format!("{}/api/v1{path}", self.base)
        };
        let mut request = self.http.request(method, url);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        let response = request.send().await.ok()?;
        let status = response.status();
        let text = response.text().await.ok()?;
        let body = serde_json::from_str(&text).unwrap_or(if text.is_empty() {
            Value::Null
        } else {
            Value::String(text)
        });
        Some(Answer { status, body })
    }

    /// Every item of a paged list.
    pub async fn all(&self, path: &str, key: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let joint = if path.contains('?') { '&' } else { '?' };
            let page = match &cursor {
                Some(cursor) => format!("{path}{joint}limit=100&cursor={cursor}"),
                None => format!("{path}{joint}limit=100"),
            };
            let body = self.get(&page).await.expect(200);
            items.extend(body[key].as_array().cloned().expect("a list"));
            match body["next"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return items,
            }
        }
    }

    /// Starts (or finds) the direct conversation with `person` and returns its id.
    pub async fn direct_with(&self, person: &str) -> String {
        let answer = self.post("/conversations", json!({ "kind": "direct", "person_ids": [person] })).await;
        assert!(answer.status.is_success(), "no direct conversation: {:#}", answer.body);
        answer.body["conversation"]["id"].as_str().expect("an id").to_owned()
    }

    /// Sends a message over REST with a fresh client id.
    pub async fn say(&self, conversation: &str, body: &str) -> Answer {
        let client_id = uuid::Uuid::now_v7().to_string();
        self.post(
            &format!("/conversations/{conversation}/messages"),
            json!({ "client_id": client_id, "body": body }),
        )
        .await
    }

    /// Uploads a file to the conversation.
    pub async fn upload(&self, conversation: &str, name: &str, contents: impl Into<Vec<u8>>) -> Answer {
        let path = format!("{}/api/v1/conversations/{conversation}/files", self.base);
        let url = reqwest::Url::parse_with_params(&path, &[("name", name)]).expect("an address");
        let request = self.http.post(url).bearer_auth(self.token());
        let response = request.body(contents.into()).send().await.expect("the server answers");
        let status = response.status();
        Answer { status, body: response.json().await.unwrap_or_default() }
    }

    /// Uploads a file, and sends it with a message. Returns the message.
    pub async fn send_file(&self, conversation: &str, body: &str, name: &str, contents: &[u8]) -> Value {
        let file = self.upload(conversation, name, contents).await.expect(201);
        let client_id = uuid::Uuid::now_v7().to_string();
        let message = json!({ "client_id": client_id, "body": body, "file_ids": [file["file"]["id"]] });
        let sent = self.post(&format!("/conversations/{conversation}/messages"), message).await;
        sent.expect(201)["message"].clone()
    }

    /// What is at the address, as it is: status, headers and octets.
    pub async fn fetch(&self, path: &str) -> (u16, reqwest::header::HeaderMap, Vec<u8>) {
        let request = self.http.get(format!("{}/api/v1{path}", self.base)).bearer_auth(self.token());
        let response = request.send().await.expect("the server answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        (status, headers, response.bytes().await.map(|octets| octets.to_vec()).unwrap_or_default())
    }

    /// Opens the socket and says hello.
    pub async fn socket(&self) -> Socket {
        let mut socket = Socket::open(&self.base).await;
        socket.hello(self.token(), None).await;
        socket
    }

    /// Where the server is.
    pub fn base(&self) -> &str {
        &self.base
    }
}

fn is_outside_the_api(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz" | "/metrics" | "/")
}

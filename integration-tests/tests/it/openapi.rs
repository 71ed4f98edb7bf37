//! The description of the API is true and complete.

use integration_tests::app::App;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_description_is_valid_where_tools_are_strict() {
    let app = App::start().await;
    let openapi = integration_tests::client::Client::new(app.base()).get("/openapi.json").await.expect(200);
    assert!(openapi["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut ids = std::collections::BTreeSet::new();
    for (path, item) in openapi["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if method == "parameters" {
                continue;
            }
            let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} has no id"));
            assert!(ids.insert(id.to_owned()), "{id} is used twice");
            for (status, response) in operation["responses"].as_object().unwrap() {
                let text = response["description"].as_str().unwrap_or_default();
                assert!(!text.is_empty(), "{method} {path} {status} has no description");
            }
        }
    }
    for path in [
        "/session",
        "/session/refresh",
        "/sessions",
        "/sessions/{id}",
        "/me",
        "/me/colleagues",
        "/people",
        "/people/{id}",
        "/units",
        "/units/{id}",
        "/units/{id}/children",
        "/units/{id}/people",
        "/decisions",
        "/conversations",
        "/conversations/{id}",
        "/conversations/{id}/members",
        "/conversations/{id}/messages",
        "/conversations/{id}/read",
    ] {
        assert!(openapi["paths"].get(format!("/api/v1{path}")).is_some(), "{path} is not described");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_readiness_and_figures_are_told() {
    let app = App::start().await;
    let client = integration_tests::client::Client::new(app.base());
    client.get("/healthz").await.expect(200);
    let ready = client.get("/readyz").await.expect(200);
    assert_eq!(ready["ready"], true, "{ready:#}");
    let figures = client.get("/metrics").await.expect(200);
    let figures = figures.as_str().expect("Prometheus text");
    assert!(figures.lines().any(|line| line.starts_with("# TYPE")), "{figures}");
    assert!(figures.contains("chancery_"), "{figures}");
}

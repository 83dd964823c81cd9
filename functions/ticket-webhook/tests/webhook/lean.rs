//! What is not linked costs no start-up time: this function talks to a queue and a secret store, and to nothing else.

use std::process::Command;

#[test]
fn neither_dynamodb_nor_an_outbound_http_client_is_linked() {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--package", "ticket-webhook", "--edges", "normal", "--prefix", "none"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).unwrap();
    let crates: Vec<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    for needed in ["aws-sdk-sqs", "aws-sdk-secretsmanager", "lambda_runtime", "ring"] {
        assert!(crates.contains(&needed), "this is not the function's tree: {needed} is missing");
    }
    for banned in [
        "aws-config",
        "aws-lc-rs",
        "aws-sdk-dynamodb",
        "lambda_http",
        "native-tls",
        "regex-automata",
        "reqwest",
        "rustls-native-certs",
        "serde_dynamo",
    ] {
        assert!(!crates.contains(&banned), "{banned} is linked");
    }
}

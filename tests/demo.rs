//! One command ends in a running product.

use std::process::Command;

#[test]
fn the_demo_prints_logins_and_the_showcase_report() {
    let dir = tempfile::tempdir_in(std::env::temp_dir()).expect("a scratch folder");
    let output = Command::new(env!("CARGO_BIN_EXE_leadhouse"))
        .args(["demo", "--once", "--data-dir"])
        .arg(dir.path().join("workspace"))
        .env_remove("DATABASE_URL")
        .output()
        .expect("the demo runs");

    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    for role in ["admin", "manager", "rep", "support", "analyst", "executive"] {
        assert!(text.contains(role), "{role} is missing in\n{text}");
    }
    assert!(text.contains("http://127.0.0.1:"), "{text}");
    assert!(text.contains("Negotiation"), "{text}");
}

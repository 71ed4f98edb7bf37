//! What the demo says once everything runs.

use std::fmt::Write as _;
use std::net::SocketAddr;

use super::parts::Parts;

/// Prints where to go, who can sign in, and how to play HR.
#[expect(clippy::print_stdout, reason = "the terminal is where the demo speaks")]
pub(super) fn print(address: SocketAddr, parts: &Parts) {
    println!("{}", text(address, parts));
}

fn text(address: SocketAddr, parts: &Parts) -> String {
    let mut text = format!("\n  Chancery: http://{address}\n\n");
    let mut line = |line: &str| {
        // Writing to a string never fails.
        let _ = writeln!(text, "  {line}");
    };
    line(&format!(
        "Вход: логин из списка, пароль у всех «{0}» · sign in with any of these, password {0}",
        sample_ministry::PASSWORD
    ));
    line("");
    for sign_in in sample_ministry::SIGN_INS {
        line(&format!("{:<12} {:<48} {}", sign_in.login, sign_in.about_ru, sign_in.about_en));
    }
    line("");
    line("Кадры правят каталог, и больше ничего · personnel change the directory, and nothing else:");
    line(&format!("  LDAPTLS_CACERT={} \\", parts.slapd.ca_pem_path().display()));
    line(&format!("  ldapmodify -x -ZZ -H {} \\", parts.slapd.ldap_url()));
    line(&format!(
        "    -D {} -y {}",
        parts.slapd.admin_dn(),
        parts.data_dir.join("directory-admin.password").display()
    ));
    line("");
    line(&format!("Данные · data: {}", parts.data_dir.display()));
    line("Остановить · stop: Ctrl-C");
    text
}

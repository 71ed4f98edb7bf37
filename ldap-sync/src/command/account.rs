//! Who calls the program: the account and the host, as the audit log names them.

/// For example `root@sync1`.
pub(super) fn name() -> String {
    let id = rustix::process::getuid().as_raw();
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let accounts = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    format!("{}@{host}", account(&accounts, id).unwrap_or_else(|| id.to_string()))
}

fn account(accounts: &str, id: u32) -> Option<String> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(id)).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_account_has_the_name_of_its_number() {
        let accounts = "root:x:0:0:root:/root:/bin/bash\nsync:x:4:65534:sync:/bin:/bin/sync\n\nbroken";
        assert_eq!(super::account(accounts, 4).as_deref(), Some("sync"));
        assert_eq!(super::account(accounts, 5), None);
    }
}

//! What others make of our checkpoints and proofs: `signed_note` and `tlog_tiles`, which Cloudflare wrote for certificate
//! transparency, know nothing of this crate.

use audit_log::checkpoint::Checkpoint;
use audit_log::note::{Signer, Verifier};
use audit_log::proof::{assemble, consistency, inclusion, is_consistent, is_included};
use audit_log::tile::{Growing, Place, WIDTH, node_of, place_of};
use audit_log::tree::{Hash, leaf_hash};
use proptest::prelude::*;
use std::collections::HashMap;

const KEY: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----
";

/// A log in memory, with its tiles.
struct Log {
    growing: Growing,
    whole: HashMap<Place, Vec<Hash>>,
    roots: Vec<Hash>,
}

impl Log {
    fn of(leaves: u64) -> Self {
        let mut log = Self {
            growing: Growing::default(),
            whole: HashMap::new(),
            roots: vec![audit_log::tree::empty_root()],
        };
        for leaf in 0..leaves {
            let whole = &mut log.whole;
            log.growing.push(leaf_hash(&data(leaf)), |place, hashes| {
                whole.insert(place, hashes.to_vec());
            });
            log.roots.push(log.growing.edge().root());
        }
        log
    }

    fn prove(&self, steps: &[audit_log::proof::Part]) -> Vec<Hash> {
        let open: HashMap<Place, Vec<Hash>> =
            self.growing.open().map(|(place, hashes)| (place, hashes.to_vec())).collect();
        let hash_of = |node| {
            let place = place_of(node);
            node_of(node, self.whole.get(&place).or_else(|| open.get(&place))?)
        };
        let Some(proof) = assemble(steps, hash_of) else { panic!("a node that a proof needs is not kept") };
        proof
    }
}

fn data(leaf: u64) -> Vec<u8> {
    format!("1\t{leaf}\tan entry").into_bytes()
}

fn theirs(hashes: &[Hash]) -> Vec<tlog_tiles::Hash> {
    hashes.iter().map(|hash| tlog_tiles::Hash(*hash)).collect()
}

#[test]
fn every_proof_of_small_trees_is_accepted_and_no_bent_one() {
    let log = Log::of(70);
    for size in 1..=70_u64 {
        let root = log.roots[usize::try_from(size).unwrap()];
        for leaf in 0..size {
            let proof = log.prove(&inclusion(leaf, size).unwrap());
            let hash = leaf_hash(&data(leaf));
            assert!(is_included(&hash, leaf, size, &proof, &root), "{leaf} of {size}");
            let other = leaf_hash(b"another entry");
            assert!(!is_included(&other, leaf, size, &proof, &root));
            let accepted = |hash| {
                let (proof, root) = (theirs(&proof), tlog_tiles::Hash(root));
                tlog_tiles::check_record(&proof, size, root, leaf, tlog_tiles::Hash(hash)).is_ok()
            };
            assert!(accepted(hash), "theirs: {leaf} of {size}");
            assert!(!accepted(other), "theirs: {leaf} of {size}");
        }
        for old in 1..=size {
            let old_root = log.roots[usize::try_from(old).unwrap()];
            let proof = log.prove(&consistency(old, size).unwrap());
            assert!(is_consistent(old, &old_root, size, &root, &proof), "{old} in {size}");
            let (their_root, their_old) = (tlog_tiles::Hash(root), tlog_tiles::Hash(old_root));
            let accepted =
                |old_root| tlog_tiles::check_tree(&theirs(&proof), size, their_root, old, old_root).is_ok();
            assert!(accepted(their_old), "theirs: {old} in {size}");
            let wrong = log.roots[usize::try_from(old - 1).unwrap()];
            assert!(!is_consistent(old, &wrong, size, &root, &proof));
            assert!(!accepted(tlog_tiles::Hash(wrong)));
        }
    }
    assert_eq!(inclusion(70, 70), None);
    assert_eq!(consistency(0, 70), None);
    assert_eq!(consistency(71, 70), None);
}

#[test]
fn a_signed_checkpoint_is_theirs_too() {
    let signer = Signer::from_pem("chancery.gov.example/audit", KEY).unwrap();
    let log = Log::of(1000);
    let root = log.growing.edge().root();
    let checkpoint = Checkpoint { origin: "chancery.gov.example/audit".to_owned(), size: 1000, root };
    let note = signer.sign(&checkpoint.to_string());

    let verifier = signer.verifier();
    let read = verifier.open(&note).unwrap();
    assert_eq!(Checkpoint::parse(read).unwrap(), checkpoint);
    assert_eq!(Verifier::parse(&verifier.to_string()).unwrap(), verifier);

    let their_key = signed_note::StandardVerifier::new(&verifier.to_string()).unwrap();
    let known = signed_note::VerifierList::new(vec![Box::new(their_key)]);
    let their_note = signed_note::Note::from_bytes(note.as_bytes()).unwrap();
    let (accepted, unverified) = their_note.verify(&known).unwrap();
    assert_eq!((accepted.len(), unverified.len()), (1, 0));
    let their_checkpoint = tlog_tiles::Checkpoint::from_bytes(their_note.text()).unwrap();
    assert_eq!(their_checkpoint.origin(), "chancery.gov.example/audit");
    assert_eq!(their_checkpoint.size(), 1000);
    assert_eq!(their_checkpoint.hash().0, root);

    let bent = note.replacen("1000", "1001", 1);
    assert!(verifier.open(&bent).is_err());
    let stranger = Signer::from_pem("somebody.else", KEY).unwrap().sign(&checkpoint.to_string());
    assert!(verifier.open(&stranger).is_err());
}

#[test]
fn names_and_keys_that_are_none_are_refused() {
    assert!(Signer::from_pem("with space", KEY).is_err());
    assert!(Signer::from_pem("plus+plus", KEY).is_err());
    assert!(Signer::from_pem("log", "no key").is_err());
    let good = Signer::from_pem("log", KEY).unwrap().verifier().to_string();
    assert!(Verifier::parse(&good.replacen("log", "fog", 1)).is_err(), "the hash is of the name, too");
    for text in ["", "log", "log+00000000", "log+00000000+AAAA"] {
        assert!(Verifier::parse(text).is_err(), "{text}");
    }
    for text in ["", "log\n", "log\n01\n", "log\n1\nAAAA\n", "\n1\nAAAA\n"] {
        assert!(Checkpoint::parse(text).is_err(), "{text:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Proofs that go over whole tiles, and a tree that is taken up again from what is kept of it.
    #[test]
    fn large_trees_are_proved_from_tiles(size in 1_u64..140_000, places in proptest::collection::vec(any::<u64>(), 4)) {
        let mut log = Log { growing: Growing::default(), whole: HashMap::new(), roots: Vec::new() };
        let stop = places[0] % size;
        let mut then = None;
        for leaf in 0..size {
            if leaf == stop {
                then = Some((log.growing.edge().size(), log.growing.edge().root()));
                let open: Vec<(Place, Vec<Hash>)> =
                    log.growing.open().map(|(place, hashes)| (place, hashes.to_vec())).collect();
                let heights = open.last().map_or(0, |(place, _)| place.height + 1);
                let of_height = |height| {
                    open.iter().find(|(place, _)| place.height == height).map(|(_, hashes)| hashes.clone())
                };
                let open = (0..heights).map(|height| of_height(height).unwrap_or_default()).collect();
                log.growing = Growing::resume(log.growing.edge().clone(), open).unwrap();
            }
            let whole = &mut log.whole;
            log.growing.push(leaf_hash(&data(leaf)), |place, hashes| {
                assert_eq!(hashes.len() as u64, WIDTH);
                whole.insert(place, hashes.to_vec());
            });
        }
        let root = log.growing.edge().root();
        for place in &places {
            let leaf = place % size;
            let proof = log.prove(&inclusion(leaf, size).unwrap());
            prop_assert!(is_included(&leaf_hash(&data(leaf)), leaf, size, &proof, &root));
        }
        if let Some((old, old_root)) = then.filter(|(old, _)| *old > 0) {
            let proof = log.prove(&consistency(old, size).unwrap());
            prop_assert!(is_consistent(old, &old_root, size, &root, &proof));
        }
    }
}

//! Tests of the whole: the policy of the program, its table, its files, its sentences.

mod diff;
mod edit;
mod exceptions;
mod explained;
mod loader;
mod ministry;
mod parted;
mod policy;
mod table;

//! Tests of the whole: the policy of the program, its table, its files, its sentences.

mod diff;
mod edit;
mod explained;
mod loader;
mod matrix;
mod ministry;
mod policy;
mod table;

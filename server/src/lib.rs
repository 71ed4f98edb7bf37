//! The server: HTTP, the socket, and everything the system does. Modules in the order in which they are best read.

pub mod config;

pub mod app;

pub mod serve;

pub mod telemetry;

pub mod clock;

pub mod language;
pub mod limits;

pub mod error;
pub mod freshness;
pub mod json;
pub mod replica;
pub mod retention;
pub mod text;
pub mod words;

pub mod audit;

pub mod export;
pub mod files;

pub mod policy;

pub mod org;

pub mod auth;

pub mod routes;

pub mod views;

pub mod access;

pub mod actions;

pub mod send;

pub mod realtime;

pub mod demo;

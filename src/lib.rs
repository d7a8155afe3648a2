//! Mainstay
pub mod bootstrap;
pub mod cli;
pub mod config;
pub mod content;
pub mod domain;
pub mod gateways;
pub mod jobs;
pub mod mail;
pub mod render;
pub mod store;
pub mod telemetry;
pub mod usecases;
pub mod web;

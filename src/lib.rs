//! Mainstay
pub mod domain;
pub mod gateways;
pub mod bootstrap;
pub mod content;
pub mod cli;
pub mod config;
pub mod jobs;
pub mod mail;
pub mod render;
pub mod telemetry;
pub mod usecases;
pub mod web;
pub mod store;

//! The pages of `docs/` show what the program prints: what their consoles run is run again, on real
//! servers, and has to print the same, but for times, hashes and addresses.
//!
//! `UPDATE_PAGES=1 cargo nextest run --test pages` writes into the pages what is printed now. Read it.

mod page;
mod scene;
#[path = "../support/mod.rs"]
mod support;

use scene::Scene;

#[test]
fn the_page_about_pipelines_and_incidents_is_as_it_was() {
    page::check("ci.md", &Scene::new().with_orders());
}

#[test]
fn the_page_about_verifying_is_as_it_was() {
    page::check("verify.md", &Scene::new().with_orders());
}

#[test]
fn the_page_about_inventories_is_as_it_was() {
    page::check("inventory.md", &Scene::new().with_orders());
}

#[test]
fn the_page_about_watching_is_as_it_was() {
    page::check("watching.md", &Scene::new().with_orders());
}

#[test]
fn the_page_about_applying_is_as_it_was() {
    page::check("apply.md", &Scene::new().with_orders());
}

#[test]
fn the_page_about_baselines_is_as_it_was() {
    page::check("baseline.md", &Scene::new().with_orders());
}

#[test]
fn the_tour_of_the_commands_is_as_it_was() {
    page::check("tour-ci.md", &Scene::new().with_platform().with_shop());
}

use crate::tui::harness::Harness;

#[test]
fn look() {
    for size in [(80, 24), (120, 40), (200, 60)] {
        let mut harness = Harness::new(size);
        println!("{}\n", harness.screen());
        harness.press("a 3");
        println!("{}\n", harness.screen());
    }
}

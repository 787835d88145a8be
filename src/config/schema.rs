//! The shape of a configuration file as a JSON Schema, for editors.

use serde_json::Value;

use super::file::Written;

/// The JSON Schema (draft 2020-12) of `schemascope.toml` and of `config.toml`, made from the very
/// types that read them.
pub fn schema() -> Value {
    schemars::schema_for!(Written).to_value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_describes_every_setting_and_refuses_others() {
        let schema = schema();
        let settings = schema["properties"].as_object().unwrap();
        assert!(settings.len() >= 8, "{schema}");
        for (name, setting) in settings {
            assert!(setting["description"].is_string(), "{name} is not described: {setting}");
        }
        assert_eq!(schema["additionalProperties"], Value::Bool(false));
        assert!(schema["properties"]["canonical-kind"].is_object(), "{schema}");
    }
}

//! What each format says of one and the same verification.

use std::path::Path;

use serde_json::Value;

use super::{Files, Format, fixture, format};
use crate::{report::Paint, verify::Severity};

fn formatted(form: Format) -> String {
    let files = Files {
        base: Path::new("/repo"),
        here: Path::new("/repo/service"),
        canonical: Some(Path::new("./db/my schema.sql")),
    };
    let text = format(&fixture::verification(), form, files, Paint::default()).unwrap();
    assert!(!text.contains('\u{1b}') && text.ends_with('\n'), "{text:?}");
    text
}

#[test]
fn text_is_a_line_for_each_component_with_its_reasons() {
    insta::assert_snapshot!(formatted(Format::Text), @r#"
    prod-eu: failed against schema.sql: 1 error, 1 warning, read in 1.2 s
      failed      tables                12     3 ms
          error table-extra: The table public."evil\n::error::`]]> | <b> @all %0A\u{1b}[2J,:""" is not in canonical.
      passed      columns               48     3 ms
          warning column-changed: The column public.orders.total differs: type. (service/db/my schema.sql:12)
            type is text, canonical has numeric
      passed      indexes                5     3 ms
      skipped     migration history  no folder was named
      accepted
        index-mismatch: The table public.orders.by_note is not in canonical. Accepted until 2026-12-31: slow | see <ticket> (ann)
    staging: passed against schema.sql: nothing found, read in 1.2 s
      passed      tables                11     3 ms
    test: incomplete: The host test does not answer.\nCheck it.
    "#);
}

#[test]
fn markdown_shows_names_as_code_and_nothing_else() {
    let text = formatted(Format::Markdown);
    insta::assert_snapshot!(text, @r#"
    ## Schema verification incomplete

    Against `schema.sql`, on 2026-03-01 00:00:00 UTC.

    ### `prod-eu` failed

    1 error, 1 warning, read in 1.2 s.

    | component | verdict | objects | findings | time |
    |---|---|---:|---:|---:|
    | tables | **failed** | 12 | 1 | 3 ms |
    | columns | passed | 48 | 1 | 3 ms |
    | indexes | passed | 5 | 0 | 3 ms |
    | migration history | skipped: no folder was named | 0 | 0 | 3 ms |

    #### Errors

    - `table-extra` The table ``public."evil\n::error::`]]> | <b> @all %0A\u{1b}[2J,:"""`` is not in canonical.

    #### Warnings

    - `column-changed` The column `public.orders.total` differs: type. (`service/db/my schema.sql:12`)
      - `type is text, canonical has numeric`

    #### Accepted

    - The table `public.orders.by_note` is not in canonical. Accepted by `ann` until 2026-12-31: `slow | see <ticket>`

    ### `staging` passed

    nothing found, read in 1.2 s.

    | component | verdict | objects | findings | time |
    |---|---|---:|---:|---:|
    | tables | passed | 11 | 0 | 3 ms |

    ### `test` incomplete

    `The host test does not answer.`  
    `Check it.`
    "#);
}

#[test]
fn github_gets_a_command_a_line_and_no_command_from_a_name() {
    let text = formatted(Format::Github);
    assert!(
        text.lines()
            .all(|line| ["::error ", "::warning ", "::notice "].iter().any(|it| line.starts_with(it)))
    );
    insta::assert_snapshot!(text, @r#"
    ::error file=service/db/my schema.sql,line=1,title=table-extra at prod-eu::The table public."evil\n::error::`]]> | <b> @all %250A\u{1b}[2J,:""" is not in canonical.
    ::warning file=service/db/my schema.sql,line=12,title=column-changed at prod-eu::The column public.orders.total differs: type.%0Atype is text, canonical has numeric
    ::notice file=service/db/my schema.sql,line=1,title=index-mismatch at prod-eu::The table public.orders.by_note is not in canonical. Accepted until 2026-12-31: slow | see <ticket> (ann)
    ::error title=prod-eu::failed against schema.sql: 1 error, 1 warning
    ::notice title=staging::passed against schema.sql: nothing found
    ::error title=test could not be compared::The host test does not answer.%0ACheck it.
    "#);
}

#[test]
fn junit_is_a_suite_a_target_and_a_case_a_component() {
    let text = formatted(Format::Junit);
    insta::assert_snapshot!(text, @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="schemascope verify schema.sql" tests="6" skipped="1" failures="1" errors="1">
        <testsuite name="prod-eu" tests="4" skipped="1" errors="0" failures="1" time="1.234">
            <testcase name="tables" classname="prod-eu" assertions="12" time="0.003">
                <failure message="The table public.&quot;evil\n::error::`]]&gt; | &lt;b&gt; @all %0A\u{1b}[2J,:&quot;&quot;&quot; is not in canonical." type="table-extra">error table-extra: The table public.&quot;evil\n::error::`]]&gt; | &lt;b&gt; @all %0A\u{1b}[2J,:&quot;&quot;&quot; is not in canonical.
    </failure>
            </testcase>
            <testcase name="columns" classname="prod-eu" assertions="48" time="0.003">
                <system-out>service/db/my schema.sql:12: warning column-changed: The column public.orders.total differs: type.
      type is text, canonical has numeric
    </system-out>
            </testcase>
            <testcase name="indexes" classname="prod-eu" assertions="5" time="0.003">
                <system-out>accepted index-mismatch: The table public.orders.by_note is not in canonical. Accepted until 2026-12-31: slow | see &lt;ticket&gt; (ann)
    </system-out>
            </testcase>
            <testcase name="migration history" classname="prod-eu" assertions="0" time="0.003">
                <skipped message="no folder was named"/>
            </testcase>
        </testsuite>
        <testsuite name="staging" tests="1" skipped="0" errors="0" failures="0" time="1.234">
            <testcase name="tables" classname="staging" assertions="11" time="0.003"/>
        </testsuite>
        <testsuite name="test" tests="1" skipped="0" errors="1" failures="0" time="0.000">
            <testcase name="comparison">
                <error message="The host test does not answer." type="not-compared">The host test does not answer.
    Check it.
    </error>
            </testcase>
        </testsuite>
    </testsuites>
    "#);
}

#[test]
fn json_has_every_finding_with_its_place() {
    let json: Value = serde_json::from_str(&formatted(Format::Json)).unwrap();
    assert_eq!(json["verdict"], "incomplete");
    assert_eq!(json["targets"][1]["verdict"], "passed");
    let finding = &json["targets"][0]["components"][1]["findings"][0];
    insta::assert_snapshot!(format!("{finding:#}"), @r#"
    {
      "code": "column-changed",
      "severity": "warning",
      "key": "column:public.orders.total",
      "message": "The column public.orders.total differs: type.",
      "details": [
        {
          "facet": "type",
          "canonical": "numeric",
          "target": "text"
        }
      ],
      "location": {
        "file": "service/db/my schema.sql",
        "line": 12
      },
      "acceptance": null,
      "fingerprint": "0123456789abcdef0123456789abcdef"
    }
    "#);
}

#[test]
fn sarif_has_a_result_a_finding_with_file_and_line() {
    let json: Value = serde_json::from_str(&formatted(Format::Sarif)).unwrap();
    let results = json["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 3);
    insta::assert_snapshot!(format!("{:#}", results[1]), @r#"
    {
      "ruleId": "column-changed",
      "ruleIndex": 6,
      "level": "warning",
      "message": {
        "text": "prod-eu: The column public.orders.total differs: type.\ntype is text, canonical has numeric"
      },
      "partialFingerprints": {
        "schemascope/v1": "0123456789abcdef0123456789abcdef"
      },
      "properties": {
        "target": "prod-eu",
        "component": "columns"
      },
      "locations": [
        {
          "physicalLocation": {
            "artifactLocation": {
              "uri": "service/db/my%20schema.sql"
            },
            "region": {
              "startLine": 12
            }
          },
          "logicalLocations": [
            {
              "fullyQualifiedName": "public.orders.total",
              "kind": "column"
            }
          ]
        }
      ]
    }
    "#);
    // What is in no file stands at the first line of the canonical one.
    let physical = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(physical["artifactLocation"]["uri"], "service/db/my%20schema.sql");
    assert_eq!(results[2]["suppressions"][0]["justification"], "slow | see <ticket>");
    assert_eq!(json["runs"][0]["invocations"][0]["executionSuccessful"], false);
}

/// The rules of SARIF 2.1.0 that a document of ours can break: sections 3.14 to 3.52 of the standard.
#[test]
fn sarif_keeps_the_rules_of_its_standard() {
    let schema = serde_json::json!({
        "type": "object",
        "required": ["version", "runs"],
        "properties": {
            "version": { "const": "2.1.0" },
            "runs": { "type": "array", "items": {
                "type": "object",
                "required": ["tool"],
                "properties": {
                    "tool": { "type": "object", "required": ["driver"], "properties": { "driver": {
                        "type": "object",
                        "required": ["name"],
                        "properties": { "rules": { "type": "array", "uniqueItems": true, "items": {
                            "type": "object",
                            "required": ["id"],
                            "properties": {
                                "shortDescription": { "$ref": "#/$defs/message" },
                                "fullDescription": { "$ref": "#/$defs/message" },
                                "help": { "$ref": "#/$defs/message" },
                                "defaultConfiguration": { "properties": { "level": { "$ref": "#/$defs/level" } } },
                            },
                        } } },
                    } } },
                    "columnKind": { "enum": ["utf16CodeUnits", "unicodeCodePoints"] },
                    "invocations": { "items": {
                        "required": ["executionSuccessful"],
                        "properties": {
                            "executionSuccessful": { "type": "boolean" },
                            "toolExecutionNotifications": { "items": { "required": ["message"] } },
                        },
                    } },
                    "results": { "type": "array", "items": {
                        "type": "object",
                        "required": ["message"],
                        "properties": {
                            "ruleId": { "type": "string" },
                            "ruleIndex": { "type": "integer", "minimum": 0 },
                            "level": { "$ref": "#/$defs/level" },
                            "message": { "$ref": "#/$defs/message" },
                            "partialFingerprints": { "type": "object", "additionalProperties": { "type": "string" } },
                            "suppressions": { "items": {
                                "required": ["kind"],
                                "properties": { "kind": { "enum": ["inSource", "external"] } },
                            } },
                            "locations": { "items": { "properties": {
                                "physicalLocation": { "properties": {
                                    "artifactLocation": { "properties": { "uri": {
                                        "type": "string", "pattern": "^[A-Za-z0-9%._~/!$&'()*+,;=@-]+$",
                                    } } },
                                    "region": { "properties": { "startLine": { "type": "integer", "minimum": 1 } } },
                                } },
                            } } },
                        },
                    } },
                },
            } },
        },
        "$defs": {
            "message": { "type": "object", "required": ["text"], "properties": { "text": { "type": "string" } } },
            "level": { "enum": ["none", "note", "warning", "error"] },
        },
    });
    let validator = jsonschema::validator_for(&schema).unwrap();
    let document: Value = serde_json::from_str(&formatted(Format::Sarif)).unwrap();
    let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let run = &document["runs"][0];
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
    }
}

#[test]
fn a_severity_that_does_not_fail_passes() {
    let mut verification = fixture::verification();
    verification.targets.truncate(1);
    assert_eq!(verification.outcome().exit_status(), 1);
    verification.fail_on = crate::verify::FailOn::Never;
    assert_eq!(verification.outcome().exit_status(), 0);
    assert_eq!(verification.targets[0].count(Severity::Error), 1);
}

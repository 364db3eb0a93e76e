//! Bad CSV costs its record and swallows nothing.

use super::{check, check_with, read};
use crate::input::Config;

#[test]
fn bad_csv_costs_its_line_and_does_not_swallow_what_follows() {
    check(&[
        (
            "count.csv",
            b"id,text,x\n1,a,b\n2,c\n3,d,e,f\n4,g,h\n",
            &[
                "1 @ count.csv:2 = a",
                "! count.csv:3: expected 3 fields as in the header line, found 2",
                "! count.csv:4: expected 3 fields as in the header line, found 4",
                "4 @ count.csv:5 = g",
            ],
        ),
        // The quote of 1 would end at the quote of 3, and 2 would be lost.
        (
            "stray.csv",
            b"id,text\n1,\"a\n2,b\n3,\"c\"\n4,d\n",
            &[
                "! stray.csv:2: a quote is opened here but not closed properly: in line 4, text follows…",
                "2 @ stray.csv:3 = b",
                "3 @ stray.csv:4 = c",
                "4 @ stray.csv:5 = d",
            ],
        ),
        (
            "open.csv",
            b"id,text\n1,\"a\n2,b\n3,c\n",
            &[
                "! open.csv:2: a quote is opened here but never closed…",
                "2 @ open.csv:3 = b",
                "3 @ open.csv:4 = c",
            ],
        ),
        (
            "inner.csv",
            b"id,text\n1,\"Er sagte \"ja\" und\"\n2,Er sagte \"ja\"\n",
            &[
                "! inner.csv:2: a quote is opened here but not closed properly: in line 2,…",
                "2 @ inner.csv:3 = Er sagte \"ja\"",
            ],
        ),
        // Its quotes are right, so its lines are no records.
        (
            "lines.csv",
            b"id,text\n1,\"a\nb,c\",d\n2,e\n",
            &[
                "! lines.csv:2: expected 2 fields as in the header line, found 3 in the record in lines 2 to 3",
                "2 @ lines.csv:4 = e",
            ],
        ),
        (
            "many.csv",
            b"id,text\n1,\"a\nx\",\"y\nx\",\"y\nx\",\"y\nx\",\"y\n2,e\n",
            &[
                "! many.csv:2: expected 2 fields as in the header line, found 5 in the record in lines 2 to 6",
                "! many.csv:3: a quote is opened here…",
                "! many.csv:4: a quote is opened here…",
                "! many.csv:5: a quote is opened here…",
                "! many.csv:6: a quote is opened here…",
                "2 @ many.csv:7 = e",
            ],
        ),
        (
            "empty.csv",
            b"id,text\n1,\n2,\" \"\n",
            &[
                "! empty.csv:2: the text is empty",
                "! empty.csv:3: the text is empty",
            ],
        ),
        (
            "same.csv",
            b"id,text\n1,a\n1,b\n",
            &[
                "1 @ same.csv:2 = a",
                "! same.csv:3: duplicate id: an earlier article already uses it",
            ],
        ),
        (
            "nul.csv",
            b"id,text\n1,a\0b\n2,c\n",
            &[
                "! nul.csv:2: NUL byte at position 4: this is not text",
                "2 @ nul.csv:3 = c",
            ],
        ),
    ]);
}

#[test]
fn a_second_header_line_says_how_the_records_below_it_are_read() {
    check(&[
        (
            "turned.csv",
            b"id,title,text\n1,Bad,Es \xC3\xB6ffnet.\n\"text\",\"id\",\"title\"\nEs schlie\xC3\x9Ft.,2,Bad\nid,title,text\n3,Rat,Er tagt.\n",
            &[
                "1 @ turned.csv:2 = Es öffnet.",
                "2 @ turned.csv:4 = Es schließt.",
                "3 @ turned.csv:6 = Er tagt.",
            ],
        ),
        // More columns, fewer, others, and after a byte order mark.
        (
            "more.csv",
            b"id,text\n1,Eins.\n\xEF\xBB\xBFid,url,title,text,author\n2,u,T,Zwei.,Ada\n\nID,Text\n3,Drei.\n",
            &["1 @ more.csv:2 = Eins.", "2 @ more.csv:4 = Zwei.", "3 @ more.csv:7 = Drei."],
        ),
        (
            "other.csv",
            b"id;text;titel\n1;Eins.;T\nurl;headline;body\nhttps://wied.example/2;Z;Zwei.\nid;text;titel\n3;Drei.;T\n",
            &[
                "1 @ other.csv:2 = Eins.",
                "https://wied.example/2 @ other.csv:4 = Zwei.",
                "3 @ other.csv:6 = Drei.",
            ],
        ),
        // One that has no text costs the records below it, up to the next one.
        (
            "none.csv",
            b"id,text\n1,Eins.\nid,title\n2,Zwei\n3,Drei\nid,text\n4,Vier.\n",
            &[
                "1 @ none.csv:2 = Eins.",
                "! none.csv:3: this line is a second header line, and the records below it cannot be read: no column of…",
                "! none.csv:4: the columns are those of line 3, which has none that can be read as the text",
                "! none.csv:5: the columns are those of line 3, which has none that can be read as the text",
                "4 @ none.csv:7 = Vier.",
            ],
        ),
        // The first file lacks its last line end.
        (
            "glued.csv",
            b"id,title,text\n1,A,Eins.\n2,B,Zwei.text,id,title\nDrei.,3,C\nVier.id,text\n5,F\xC3\xBCnf.\n",
            &[
                "1 @ glued.csv:2 = Eins.",
                "! glued.csv:3: a header line follows this record in the same line: the line end between two files is missing; …",
                "3 @ glued.csv:4 = Drei.",
                "! glued.csv:5: expected 3 fields as in the header line, found 2",
                "! glued.csv:6: expected 3 fields as in the header line, found 2",
            ],
        ),
        (
            "even.csv",
            b"id,text\n1,a\n2,b,id\n3,Ein Text, id\n4,Kontext,title\n",
            &[
                "1 @ even.csv:2 = a",
                "! even.csv:3: expected 2 fields as in the header line, found 3",
                "! even.csv:4: expected 2 fields as in the header line, found 3",
                "! even.csv:5: expected 2 fields as in the header line, found 3",
            ],
        ),
        // Words that are also names of columns are no header line.
        (
            "words.csv",
            b"id,text,author\n1,Text,Ada\n2,Title,2024\n3,\"Titel, Text und Datum\",Ada\n4,Body,\ntext,Ein Satz steht hier.,Ada\n",
            &[
                "1 @ words.csv:2 = Text",
                "2 @ words.csv:3 = Title",
                "3 @ words.csv:4 = Titel, Text und Datum",
                "4 @ words.csv:5 = Body",
                "text @ words.csv:6 = Ein Satz steht hier.",
            ],
        ),
    ]);
    // The configured column.
    let toml = "fields = { text = \"inhalt_lang\" }";
    check_with(
        &toml::from_str(toml).unwrap(),
        &[(
            "d.csv",
            b"id,text,inhalt_lang\n1,kurz,Eins.\ninhalt_lang,id,text\nZwei.,2,kurz\nid,text,title\n3,Drei.,T\n",
            &[
                "1 @ d.csv:2 = Eins.",
                "2 @ d.csv:4 = Zwei.",
                "! d.csv:5: this line is a second header line, and the records below it cannot be read: `input.fields.text`: no column \"inhalt_lang\"; …",
                "! d.csv:6: the columns are those of line 5, which has none that can be read as the text",
            ],
        )],
    );
}

#[test]
fn a_csv_header_that_names_no_text_is_told_with_its_columns() {
    check(&[
        (
            "names.csv",
            b"nr;kopf;lauf\n1;a;b\n",
            &[
                "! names.csv: no column of the CSV file is recognized as the text; the columns are `nr`, `kopf`, `lauf`; set…",
            ],
        ),
        (
            "twice.csv",
            b"text,id,text\na,1,b\n",
            &["! twice.csv: two columns \"text\" in the header line; set…"],
        ),
        (
            "prose.csv",
            b"Ein Satz.\n",
            &[
                "! prose.csv: no column of the CSV file is recognized as the text; the columns are `Ein Satz.`; …",
            ],
        ),
        (
            "header.csv",
            b"id,\"text\n1,a\n",
            &[
                "! header.csv: no column of the CSV file is recognized as the text; the columns are `id,\"text`; …",
            ],
        ),
        (
            "blank.csv",
            b"\n\n",
            &["! blank.csv: expected a header line with column names, found \"\"; without one…"],
        ),
        ("only.csv", b"id,text\n", &[]),
    ]);
}

#[test]
fn broken_quotes_are_read_in_linear_time() {
    for line in [
        "1,\"a\n",
        "x\",\"y\n",
        "a\"b,\"c\n",
        "\"\"\"\n",
        "1,\"a\"\"\n",
        "\"x\"\"\n",
    ] {
        let bytes = format!("id,text\n{}", line.repeat(200_000));
        let start = std::time::Instant::now();
        let found = read(&[("d.csv", bytes.as_bytes())], Config::default());
        assert!(found.len() > 90_000, "{line:?}: {}", found.len());
        assert!(
            start.elapsed().as_secs() < 20,
            "{line:?} took {:?}",
            start.elapsed()
        );
    }
}

#[test]
fn other_signs_are_told_by_the_config() {
    check(&[("d", b"id|text\n1|a, b\n", &["1 @ d:2 = a, b"])]);
    let none = Config {
        quote: "none".into(),
        ..Config::default()
    };
    check_with(
        &none,
        &[(
            "d.tsv",
            "id\ttext\n1\t\"Bahn\" streikt\n2\t\"Sie kommt nicht.\n3\tc\"\n".as_bytes(),
            &[
                "1 @ d.tsv:2 = \"Bahn\" streikt",
                "2 @ d.tsv:3 = \"Sie kommt nicht.",
                "3 @ d.tsv:4 = c\"",
            ],
        )],
    );
    let database = Config {
        quote: "none".into(),
        escape: Some('\\'),
        ..Config::default()
    };
    check_with(
        &database,
        &[(
            "d.tsv",
            b"id\ttext\n1\tEins.\\nZwei\\tdrei \\\\\n",
            &["1 @ d.tsv:2 = Eins.\nZwei\tdrei \\"],
        )],
    );
    let single = Config {
        quote: "'".into(),
        ..Config::default()
    };
    check_with(
        &single,
        &[(
            "d.csv",
            b"topic;text\nSport;'Der \"Held\"; er sagt: ''Ja''.'\n",
            &["d.csv:2 @ d.csv:2 = Der \"Held\"; er sagt: 'Ja'."],
        )],
    );
}

#[test]
fn columns_without_a_header_line_are_named_by_the_config() {
    let config = Config {
        columns: vec!["topic".into(), "text".into()],
        quote: "'".into(),
        ..Config::default()
    };
    check_with(
        &config,
        &[
            (
                "d.csv",
                "Sport;Eins gewinnt, Zwei verliert.\nWeb;'Er sagt: ''Ja''; und geht.'\n\nEtat;x;y\n".as_bytes(),
                &[
                    "d.csv:1 @ d.csv:1 = Eins gewinnt, Zwei verliert.",
                    "d.csv:2 @ d.csv:2 = Er sagt: 'Ja'; und geht.",
                    "! d.csv:4: expected 2 fields as in the header line, found 3",
                ],
            ),
            ("dump", b"Sport\tEins.\nWeb\tZwei.\n", &["dump:1 @ dump:1 = Eins.", "dump:2 @ dump:2 = Zwei."]),
            ("d.csv", b"nur eine Spalte\n", &["! d.csv: expected 2 columns as in `input.columns`, found 1"]),
            ("d.txt", b"Ein Text; mit Semikolon; und mehr.\n", &["d.txt @ d.txt = Ein Text; mit Semikolon; und mehr.\n"]),
        ],
    );
}

/// Each of several concatenated files may have a byte order mark, also where their programs quote everything.
#[test]
fn byte_order_marks_are_no_part_of_a_record() {
    const MARK: &str = "\u{FEFF}";
    for (content, expected) in [
        (
            "~~id,text\na,Eins.\n".to_owned(),
            &["a @ f.csv:2 = Eins."][..],
        ),
        (
            "~id,text\n\"a\",\"Eins.\"\n~\"b\",\"Zwei, drei.\"\n".to_owned(),
            &["a @ f.csv:2 = Eins.", "b @ f.csv:3 = Zwei, drei."],
        ),
        (
            "\"~id\";text\n~~a;Eins.\n\"~b\";\"Zwei\n~drei.\"\n".to_owned(),
            &["a @ f.csv:2 = Eins.", "b @ f.csv:3 = Zwei\n\u{FEFF}drei."],
        ),
        (
            "~text\tid\n~\"Eins.\"\ta\n~text\tid\n~\n~Zwei.\tb\n".to_owned(),
            &["a @ f.csv:2 = Eins.", "b @ f.csv:5 = Zwei."],
        ),
        (
            "~sep=;\n~id;text\na;Eins.\n".to_owned(),
            &["a @ f.csv:3 = Eins."],
        ),
        (
            "~\n\n~id;text\n~a;Eins.\n".to_owned(),
            &["a @ f.csv:4 = Eins."],
        ),
    ] {
        let content = content.replace('~', MARK);
        check(&[("f.csv", content.as_bytes(), expected)]);
    }
}

/// Databases and corpora write tabs without quoting, and quotation marks in German text come in unequal pairs.
#[test]
fn quotation_marks_of_the_text_do_not_merge_articles() {
    check(&[
        (
            "u.tsv",
            "id\ttext\n1\t\"Wir gehen.\n2\tDrei vier.\n3\tEr sagte: „Nein.\"\n4\tEnde.\n"
                .as_bytes(),
            &[
                "1 @ u.tsv:2 = \"Wir gehen.",
                "2 @ u.tsv:3 = Drei vier.",
                "3 @ u.tsv:4 = Er sagte: „Nein.\"",
                "4 @ u.tsv:5 = Ende.",
            ],
        ),
        // The quote is in the midst of a record, and the ends are those of Windows.
        (
            "m.tsv",
            b"id\ttitle\ttext\r\na\t\"Eins\tZwei.\r\nb\tDrei\"\tVier.\r\nc\tF\tS.\r\n",
            &[
                "a @ m.tsv:2 = Zwei.",
                "b @ m.tsv:3 = Vier.",
                "c @ m.tsv:4 = S.",
            ],
        ),
        (
            "p.csv",
            b"id|text\n1|\"Eins.\n2|Zwei \"\n3|Drei.\n",
            &[
                "1 @ p.csv:2 = \"Eins.",
                "2 @ p.csv:3 = Zwei \"",
                "3 @ p.csv:4 = Drei.",
            ],
        ),
        // With commas, the ids tell.
        (
            "c.csv",
            b"id,text\na-17,\"Eins.\na-18,Zwei \"\na-19,Drei.\n",
            &[
                "a-17 @ c.csv:2 = \"Eins.",
                "a-18 @ c.csv:3 = Zwei \"",
                "a-19 @ c.csv:4 = Drei.",
            ],
        ),
        (
            "u.csv",
            b"id,text\n5f0c-a1,\"Eins\n77ab-9c,Zwei.\"\n0d3e-ff,Drei.\n",
            &[
                "5f0c-a1 @ u.csv:2 = \"Eins",
                "77ab-9c @ u.csv:3 = Zwei.\"",
                "0d3e-ff @ u.csv:4 = Drei.",
            ],
        ),
        (
            "url.csv",
            b"url,text\nhttps://a.example/eins,\"Eins\nhttps://a.example/zwei-2,Zwei.\"\n",
            &[
                "https://a.example/eins @ url.csv:2 = \"Eins",
                "https://a.example/zwei-2 @ url.csv:3 = Zwei.\"",
            ],
        ),
        // What is quoted as it should be stays whole.
        (
            "q.csv",
            b"id,text\n1,\"Am Montag, 3. Mai\nkam Anna, die Siegerin\"\n2,Zwei.\n",
            &[
                "1 @ q.csv:2 = Am Montag, 3. Mai\nkam Anna, die Siegerin",
                "2 @ q.csv:4 = Zwei.",
            ],
        ),
        (
            "t.tsv",
            b"id\ttext\n1\t\"Eins\nund zwei\"\n2\t\"Drei\t\n\tvier\t\"\n",
            &[
                "1 @ t.tsv:2 = Eins\nund zwei",
                "2 @ t.tsv:4 = Drei\t\n\tvier\t",
            ],
        ),
        (
            "s.tsv",
            "id\ttext\n1\t\"Wir schaffen das\", sagte sie.\n2\tZwei.\n".as_bytes(),
            &[
                "! s.tsv:2: a quote is opened here but not closed properly: in line 2, text follows the closing quote (a quote inside quotes must be doubled;…",
                "2 @ s.tsv:3 = Zwei.",
            ],
        ),
    ]);
}

#[test]
fn dialect_of_databases_is_recognized() {
    check(&[
        (
            "mysql.tsv",
            "id\ttitle\ttext\n1\tBad öffnet\tEins.\\n\\nZwei: \"Ja\\tnein\".\n2\tNULL\t\"Drei\" \\\\o/.\n3\tx\tNULL\n".as_bytes(),
            &[
                "1 @ mysql.tsv:2 = Eins.\n\nZwei: \"Ja\tnein\".",
                "2 @ mysql.tsv:3 = \"Drei\" \\o/.",
                "! mysql.tsv:4: the text is empty",
            ],
        ),
        (
            "copy.tsv",
            b"id\ttext\n\\N\tEins.\n2\tZwei.\\nDrei.\n",
            &["copy.tsv:2 @ copy.tsv:2 = Eins.", "2 @ copy.tsv:3 = Zwei.\nDrei."],
        ),
        // Paths, patterns and quoted fields are as they are.
        (
            "path.tsv",
            b"id\ttext\n1\tUnter C:\\neu liegt es.\n2\tZwei.\n",
            &["1 @ path.tsv:2 = Unter C:\\neu liegt es.", "2 @ path.tsv:3 = Zwei."],
        ),
        (
            "pattern.tsv",
            b"id\ttext\n1\tDie Muster \\n und \\n und \\d.\n",
            &["1 @ pattern.tsv:2 = Die Muster \\n und \\n und \\d."],
        ),
        (
            "quoted.tsv",
            b"id\ttext\n1\t\"Eins \\n zwei \\n drei.\"\n",
            &["1 @ quoted.tsv:2 = Eins \\n zwei \\n drei."],
        ),
        (
            "null.csv",
            b"id,title,text\n1,NULL,Eins.\n2,x,\"NULL\"\n3,x,NULL\n",
            &[
                "1 @ null.csv:2 = Eins.",
                "2 @ null.csv:3 = NULL",
                "! null.csv:4: the text is empty",
            ],
        ),
    ]);
}

#[test]
fn names_of_rows_need_no_column() {
    check(&[
        (
            "r.csv",
            b"\"title\",\"text\"\n\"1\",\"T\",\"Eins, zwei.\"\n\"2\",\"U\",\"Drei.\"\n",
            &[
                "r.csv:2 @ r.csv:2 = Eins, zwei.",
                "r.csv:3 @ r.csv:3 = Drei.",
            ],
        ),
        (
            "pandas",
            b",id,text\n0,7,Eins.\n1,8,Zwei.\n",
            &["7 @ pandas:2 = Eins.", "8 @ pandas:3 = Zwei."],
        ),
        // A comma in each text is no name of a row.
        (
            "comma.csv",
            b"id,text\n1,Eins, zwei.\n2,Drei, vier.\n",
            &[
                "! comma.csv:2: expected 2 fields as in the header line, found 3",
                "! comma.csv:3: expected 2 fields as in the header line, found 3",
            ],
        ),
    ]);
}

//! XML: what each dialect gives, and what damage costs.

use std::fs;

use super::compression::PACKS;
use super::encoding::utf16;
use super::{assert_resumes, check, check_with, text_of};
use crate::input::{Config, Inputs, Item};

/// A dialect as it is written, and what comes of it: `id | title | date | language | url | outlet | text`.
struct Case {
    name: &'static str,
    xml: &'static str,
    expected: &'static [&'static str],
}

fn fields(item: Item) -> String {
    match item.parse().item {
        Item::Article(article) => {
            let shown = |field: &Option<String>| field.clone().unwrap_or_else(|| "-".into());
            [
                article.id.clone(),
                shown(&article.title),
                shown(&article.date),
                shown(&article.language),
                shown(&article.url),
                shown(&article.outlet),
                article.text.source().replace('\n', "/"),
            ]
            .join(" | ")
        }
        other => text_of(&other),
    }
}

fn check_fields(cases: &[Case]) {
    for case in cases {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("f.xml"), case.xml).unwrap();
        let config = Config {
            paths: vec!["f.xml".into()],
            ..Config::default()
        };
        let inputs = Inputs::open(&config, folder.path()).unwrap();
        let found: Vec<_> = inputs.items().map(fields).collect();
        assert_eq!(found, case.expected, "{}", case.name);
    }
}

#[test]
fn what_libraries_write_is_read() {
    // Made by scripts/check/make-xml.py.
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/formats/xml");
    let mill = "Der Müller von Erlenbach will das alte Wehr behalten.";
    let town = "Die Gemeinde sieht das anders; sie verweist auf zwei Gutachten.";
    let school = "In Seedorf fehlen noch Türen.";
    let lessons = "Der Unterricht beginnt deshalb erst im Herbst.";
    let mill_title = "Mühle & Wehr: Der Streit geht weiter";
    let school_title = "Neue Schule öffnet später";
    let link = "https://bote.example/";
    for (name, expected) in [
        (
            "feedgen.rss",
            vec![
                format!(
                    "{link}muehle | {mill_title} | Mon, 06 May 2024 08:00:00 +0200 | de | {link}muehle.html | Erlenbacher Bote | {mill}//{town}"
                ),
                format!(
                    "{link}schule | {school_title} | Tue, 07 May 2024 17:30:00 +0200 | de | {link}schule.html | Erlenbacher Bote | {school}//{lessons}"
                ),
            ],
        ),
        (
            "feedgen.atom",
            vec![
                format!(
                    "{link}muehle | {mill_title} | 2024-05-06T08:00:00+02:00 | de | {link}muehle.html | Erlenbacher Bote | {mill}//{town}"
                ),
                format!(
                    "{link}schule | {school_title} | 2024-05-07T17:30:00+02:00 | de | {link}schule.html | Erlenbacher Bote | {school}//{lessons}"
                ),
            ],
        ),
        (
            "elementtree-utf16.newsml",
            vec![
                format!(
                    "urn:newsml:bote.example:0 | {mill_title} | 2024-05-06T08:00:00+02:00 | de | - | Bote | {mill}"
                ),
                format!(
                    "urn:newsml:bote.example:1 | {school_title} | 2024-05-07T17:30:00+02:00 | de | - | Bote | {school}"
                ),
            ],
        ),
        (
            "lxml-latin1.nitf",
            vec![format!(
                "bote-1 | {mill_title} | 20240506T080000+0200 | - | - | - | {mill}//{town}"
            )],
        ),
        (
            "lxml.tei",
            vec![
                format!(
                    "t0 | {mill_title} | 2024-05-06 | de | - | Erlenbacher Bote | {mill}//{town}"
                ),
                format!(
                    "t1 | {school_title} | 2024-05-07 | de | - | Erlenbacher Bote | {school}//{lessons}"
                ),
            ],
        ),
    ] {
        let config = Config {
            paths: vec![name.into()],
            ..Config::default()
        };
        let inputs = Inputs::open(&config, &folder).unwrap();
        let found: Vec<_> = inputs.items().map(fields).collect();
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn newsml_g2_gives_its_items_of_text() {
    check_fields(&[
        Case {
            name: "XHTML, with everything around it",
            xml: r#"<?xml version="1.0" encoding="UTF-8"?>
<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:newsml:agentur.example:20240506:17" version="3" xml:lang="de">
  <catalogRef href="http://www.iptc.org/std/catalog/catalog.IPTC-G2-Standards_36.xml"/>
  <rightsInfo><copyrightHolder literal="Agentur"/></rightsInfo>
  <itemMeta>
    <itemClass qcode="ninat:text"/>
    <provider qcode="nprov:AGT"><name>Agentur Nord</name></provider>
    <versionCreated>2024-05-06T09:30:00+02:00</versionCreated>
    <firstCreated>2024-05-06T08:00:00+02:00</firstCreated>
    <pubStatus qcode="stat:usable"/>
    <link rel="irel:seeAlso" href="https://agentur.example/andere"/>
    <link rel="irel:canonical" href="https://agentur.example/hafen"/>
  </itemMeta>
  <contentMeta>
    <contentCreated>2024-05-05T20:00:00+02:00</contentCreated>
    <headline role="hld:sub">Kräne stehen still</headline>
    <headline role="hld:main">Hafenarbeiter  streiken
       seit Montag</headline>
    <language tag="de-DE"/>
  </contentMeta>
  <contentSet>
    <inlineXML contenttype="application/xhtml+xml" wordcount="12">
      <html xmlns="http://www.w3.org/1999/xhtml"><head><title>Streik</title></head><body>
        <h1>Hafenarbeiter streiken seit Montag</h1>
        <section class="main"><p>Im Hafen ruht die <b>Arbeit</b>.</p><p>Die Reeder schweigen.</p></section>
        <section class="notepad"><p>Redaktionelle Hinweise</p></section>
      </body></html>
    </inlineXML>
  </contentSet>
</newsItem>"#,
            expected: &[
                "urn:newsml:agentur.example:20240506:17 | Hafenarbeiter streiken seit Montag | 2024-05-06T09:30:00+02:00 | de-DE | https://agentur.example/hafen | Agentur Nord | Im Hafen ruht die Arbeit.//Die Reeder schweigen.",
            ],
        },
        Case {
            name: "a message with all kinds of items, and prefixes",
            xml: r#"<n:newsMessage xmlns:n="http://iptc.org/std/nar/2006-10-01/" xmlns:x="http://www.w3.org/1999/xhtml" xml:lang="de">
<n:header><n:sent>2024-05-06T00:00:00Z</n:sent></n:header>
<n:itemSet>
<n:packageItem guid="p"><n:groupSet><n:itemRef residref="a"/></n:groupSet></n:packageItem>
<n:newsItem guid="a"><n:itemMeta><n:itemClass qcode="ninat:text"/><n:provider literal="AGT"/><n:versionCreated>2024-05-06</n:versionCreated></n:itemMeta>
<n:contentMeta><n:headline>Die Elbe steigt</n:headline></n:contentMeta>
<n:contentSet><n:inlineXML contenttype="application/xhtml+xml"><x:html><x:body><x:p>Das Wasser <x:i>kommt</x:i>.</x:p></x:body></x:html></n:inlineXML></n:contentSet></n:newsItem>
<n:newsItem guid="b"><n:itemMeta><n:itemClass qcode="ninat:picture"/></n:itemMeta><n:contentSet><n:remoteContent href="b.jpg" contenttype="image/jpeg"/></n:contentSet></n:newsItem>
<n:conceptItem guid="c"/>
<n:newsItem guid="d"><n:itemMeta><n:title>Ohne Schlagzeile</n:title></n:itemMeta><n:contentSet><n:inlineData contenttype="text/plain">Erste Zeile.
Zweite Zeile &lt;&#xA0;drei.</n:inlineData></n:contentSet></n:newsItem>
<n:newsItem guid="e"><n:contentSet><n:inlineData contenttype="text/html">&lt;p&gt;Gew&ouml;lbe.&lt;/p&gt;&lt;p&gt;Zwei.&lt;/p&gt;</n:inlineData></n:contentSet></n:newsItem>
<n:newsItem guid="f"><n:itemMeta><n:itemClass qcode="ninat:text"/></n:itemMeta><n:contentSet><n:remoteContent href="http://x.example/f.html" contenttype="text/html"/></n:contentSet></n:newsItem>
</n:itemSet></n:newsMessage>"#,
            expected: &[
                "- package",
                "a | Die Elbe steigt | 2024-05-06 | de | - | AGT | Das Wasser kommt.",
                "- image",
                "- concept",
                "d | Ohne Schlagzeile | - | de | - | - | Erste Zeile./Zweite Zeile <\u{A0}drei.",
                "e | - | - | de | - | - | Gewölbe.//Zwei.",
                "! f.xml:7: the text is not in the item but elsewhere, at `http://x.example/f.html`",
            ],
        },
        Case {
            name: "NITF inside, and a headline from there",
            xml: r#"<newsItem guid="g"><itemMeta><versionCreated>2024-01-02</versionCreated></itemMeta><contentSet><inlineXML contenttype="application/nitf+xml">
<nitf xmlns="http://iptc.org/std/NITF/2006-10-18/"><body><body.head><hedline><hl1>Schnee im Harz</hl1></hedline><byline>Von Ida Kern</byline></body.head>
<body.content><p>Es schneit.</p><hl2>Straßen</hl2><p>Alle sind frei.</p></body.content></body></nitf></inlineXML></contentSet></newsItem>"#,
            expected: &[
                "g | Schnee im Harz | 2024-01-02 | - | - | - | Es schneit.//Straßen//Alle sind frei.",
            ],
        },
        Case {
            name: "NewsML 1",
            xml: r#"<?xml version="1.0"?><!DOCTYPE NewsML PUBLIC "urn:newsml:iptc.org:20021018:NewsMLv1.1:1" "http://www.iptc.org/NewsML_1.1.dtd">
<NewsML><NewsEnvelope><DateAndTime>20240506T080000Z</DateAndTime></NewsEnvelope>
<NewsItem><Identification><NewsIdentifier><ProviderId>agentur.example</ProviderId><DateId>20240506</DateId><NewsItemId>77</NewsItemId>
<PublicIdentifier>urn:newsml:agentur.example:20240506:77:1N</PublicIdentifier></NewsIdentifier></Identification>
<NewsManagement><FirstCreated>20240506T070000+0200</FirstCreated><ThisRevisionCreated>20240506T080000+0200</ThisRevisionCreated></NewsManagement>
<NewsComponent><NewsLines><HeadLine>Kein Regen in Sicht</HeadLine></NewsLines><DescriptiveMetadata><Language FormalName="de"/></DescriptiveMetadata>
<NewsComponent><ContentItem><MediaType FormalName="Photo"/></ContentItem></NewsComponent>
<ContentItem><MediaType FormalName="Text"/><DataContent><p>Die Bauern warten.</p><p>Der Himmel ist leer.</p></DataContent></ContentItem></NewsComponent></NewsItem></NewsML>"#,
            expected: &[
                "urn:newsml:agentur.example:20240506:77:1N | Kein Regen in Sicht | 20240506T080000+0200 | de | - | agentur.example | Die Bauern warten.//Der Himmel ist leer.",
            ],
        },
    ]);
}

#[test]
fn what_an_agency_has_withdrawn_is_no_article() {
    check_fields(&[
        Case {
            name: "NewsML-G2",
            xml: r#"<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>
<newsItem guid="a"><itemMeta><pubStatus qcode="stat:canceled"/></itemMeta><contentSet><inlineXML><p>Der Minister tritt zurück.</p></inlineXML></contentSet></newsItem>
<newsItem guid="b"><itemMeta><pubStatus uri="http://cv.iptc.org/newscodes/pubstatusg2/withheld"/></itemMeta><contentSet><inlineXML><p>Der Minister tritt zurück.</p></inlineXML></contentSet></newsItem>
<newsItem guid="c"><itemMeta><pubStatus qcode="stat:usable"/></itemMeta><contentSet><inlineXML><p>Der Minister bleibt.</p></inlineXML></contentSet></newsItem>
</itemSet></newsMessage>"#,
            expected: &[
                "- canceled",
                "- canceled",
                "c | - | - | - | - | - | Der Minister bleibt.",
            ],
        },
        Case {
            name: "NewsML 1",
            xml: r#"<NewsML><NewsItem><Identification><NewsIdentifier><NewsItemId>a</NewsItemId></NewsIdentifier></Identification><NewsManagement><Status FormalName="Canceled"/></NewsManagement><NewsComponent><ContentItem><DataContent><p>Der Minister tritt zurück.</p></DataContent></ContentItem></NewsComponent></NewsItem>
<NewsItem><Identification><NewsIdentifier><NewsItemId>b</NewsItemId></NewsIdentifier></Identification><NewsManagement><Status FormalName="Usable"/></NewsManagement><NewsComponent><ContentItem><DataContent><p>Der Minister bleibt.</p></DataContent></ContentItem></NewsComponent></NewsItem></NewsML>"#,
            expected: &["- canceled", "b | - | - | - | - | - | Der Minister bleibt."],
        },
        Case {
            name: "NITF",
            xml: r#"<export><nitf><head><docdata management-status="withheld"><doc-id id-string="a"/></docdata></head><body><body.content><p>Der Minister tritt zurück.</p></body.content></body></nitf>
<nitf><head><docdata management-status="usable"><doc-id id-string="b"/></docdata></head><body><body.content><p>Der Minister bleibt.</p></body.content></body></nitf></export>"#,
            expected: &["- canceled", "b | - | - | - | - | - | Der Minister bleibt."],
        },
    ]);
}

#[test]
fn nitf_gives_its_body() {
    check_fields(&[
        Case {
            name: "a table",
            xml: "<nitf><head><docdata><doc-id id-string='t'/></docdata></head><body><body.content><p>Die Pegel am Abend:</p><table><tr><th>Ort</th><th>Meter</th></tr><tr><td>Ulm</td><td>3,1</td></tr><tr><td>Passau</td><td><b>5</b>,4</td></tr></table><p>Sie fallen.</p></body.content></body></nitf>",
            expected: &[
                "t | - | - | - | - | - | Die Pegel am Abend://Ort Meter/Ulm 3,1/Passau 5,4//Sie fallen.",
            ],
        },
        Case {
            name: "with all that is not the text",
            xml: r#"<?xml version="1.0"?>
<!DOCTYPE nitf SYSTEM "http://www.nitf.org/IPTC/NITF/3.2/specification/dtd/nitf-3-2.dtd">
<nitf uno="u1" xml:lang="de">
<head><title>Kopf</title><docdata><date.issue norm="20240507T101500+0200"/><date.release norm="20240507T110000+0200"/><doc-id regsrc="AGT" id-string="agt-17"/><doc.copyright holder="Halter"/></docdata>
<pubdata type="print" date.publication="20240508" name="Lindenauer Bote"/></head>
<body><body.head><hedline><hl1>Feuer in <em>Kassel</em></hl1><hl2>Drei Verletzte</hl2></hedline><byline>Von Ole Brandt</byline><dateline><location>Kassel</location></dateline>
<abstract><p>Kurz gesagt.</p></abstract></body.head>
<body.content>
 <p>Ein Haus <q>brannte</q>
    in der Nacht.</p>
 <media media-type="image"><media-reference source="f.jpg"/><media-caption><p>Die Ruine</p></media-caption></media>
 <block><hl2>Ursache</hl2><p>Sie ist unklar.<fn><p>Fußnote</p></fn></p><media-caption>Bild</media-caption></block>
 <ul><li>eins</li><li>zwei</li></ul>
</body.content><body.end><tagline>red/ob</tagline></body.end></body></nitf>"#,
            expected: &[
                "agt-17 | Feuer in Kassel | 20240507T101500+0200 | de | - | Lindenauer Bote | Ein Haus brannte in der Nacht.//Ursache//Sie ist unklar.//eins/zwei",
            ],
        },
        Case {
            name: "several in an envelope that nobody knows, with prefixes",
            xml: r#"<export><info>neu</info><n:nitf xmlns:n="http://iptc.org/std/NITF/2006-10-18/"><n:head><n:title>Eins</n:title><n:docdata><n:doc-id id-string="1"/></n:docdata></n:head><n:body><n:body.content><n:p>Text eins.</n:p></n:body.content></n:body></n:nitf>
<nitf><body><body.head><dateline><story.date norm="20240101"/></dateline><abstract><p>Eilmeldung.</p></abstract></body.head><body.content/></body></nitf></export>"#,
            expected: &[
                "1 | Eins | - | - | - | - | Text eins.",
                "f.xml:2 | - | 20240101 | - | - | - | Eilmeldung.",
            ],
        },
        Case {
            name: "HTML in the body",
            xml: "<nitf><head><docdata><doc-id id-string='h'/></docdata></head><body><body.content><![CDATA[<p>Ein Übel.</p><p>Zwei.</p>]]></body.content></body></nitf>",
            expected: &["h | - | - | - | - | - | Ein Übel.//Zwei."],
        },
    ]);
}

#[test]
fn feeds_give_the_text_they_have() {
    check_fields(&[
        Case {
            name: "RSS 2.0",
            xml: r#"<?xml version="1.0" encoding="utf-8"?>
<?xml-stylesheet type="text/xsl" href="rss.xsl"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/">
<channel><title>Der Bote &amp;amp; Co</title><link>https://bote.example/</link><atom:link rel="self" href="https://bote.example/feed"/><language>de-DE</language>
<image><title>Logo</title><url>https://bote.example/l.png</url></image>
<item>
  <title>M&amp;uuml;ller &lt;b&gt;siegt&lt;/b&gt;</title>
  <link>https://bote.example/1</link>
  <guid isPermaLink="false">bote-1</guid>
  <pubDate>MON, 06 MAY 2024 08:00:00 GMT</pubDate>
  <description>Kurz.</description>
  <content:encoded><![CDATA[<p>Erster Absatz.</p><p>Zweiter Absatz.</p>]]></content:encoded>
  <media:content url="https://bote.example/b.jpg"><media:title>Bildtitel</media:title><media:description>Bildtext, der viel länger ist als alles andere in diesem kurzen Artikel.</media:description></media:content>
</item>
<item><title>Zwei</title><guid>https://bote.example/2</guid><dc:date>2024-05-07T08:00:00Z</dc:date><dc:language>fr</dc:language><source url="https://x.example">Anderes Blatt</source>
<description>Zeile eins
Zeile zwei &amp;uuml;ber</description></item>
<item><title>Drei</title><link>https://bote.example/3</link><description>&lt;p&gt;Voller Text.&lt;/p&gt;</description><content:encoded/></item>
</channel></rss>"#,
            expected: &[
                "bote-1 | Müller siegt | MON, 06 MAY 2024 08:00:00 GMT | de-DE | https://bote.example/1 | Der Bote & Co | Erster Absatz.//Zweiter Absatz.",
                "https://bote.example/2 | Zwei | 2024-05-07T08:00:00Z | fr | https://bote.example/2 | Anderes Blatt | Zeile eins/Zeile zwei über",
                "https://bote.example/3 | Drei | - | de-DE | https://bote.example/3 | Der Bote & Co | Voller Text.",
            ],
        },
        Case {
            name: "RSS 1.0",
            xml: r#"<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://a.example/"><title>Anzeiger</title><dc:language>de</dc:language><items><rdf:Seq><rdf:li rdf:resource="https://a.example/1"/></rdf:Seq></items></channel>
<item rdf:about="https://a.example/1"><title>Titel</title><link>https://a.example/1</link><description>Ein Satz.</description><dc:date>2024-02-03</dc:date></item></rdf:RDF>"#,
            expected: &[
                "https://a.example/1 | Titel | 2024-02-03 | de | https://a.example/1 | Anzeiger | Ein Satz.",
            ],
        },
        Case {
            name: "RSS 0.91, without namespaces, in capitals",
            xml: "<RSS VERSION='0.91'><CHANNEL><TITLE>Blatt</TITLE><ITEM><TITLE>T</TITLE><LINK>http://b.example/1</LINK><DESCRIPTION>Ein &uuml;bler Satz &amp; mehr.</DESCRIPTION><PUBDATE>06 May 2024</PUBDATE></ITEM></CHANNEL></RSS>",
            expected: &[
                "http://b.example/1 | T | 06 May 2024 | - | http://b.example/1 | Blatt | Ein übler Satz & mehr.",
            ],
        },
        Case {
            name: "prefixes that are not declared",
            xml: "<rss><channel><item><dc:title>Nur dort</dc:title><content:encoded>&lt;p&gt;Text.&lt;/p&gt;</content:encoded><dc:date>2024</dc:date><link>http://b.example/2</link></item></channel></rss>",
            expected: &[
                "http://b.example/2 | Nur dort | 2024 | - | http://b.example/2 | b.example | Text.",
            ],
        },
        Case {
            name: "other prefixes than usual",
            xml: "<rss xmlns:c='http://purl.org/rss/1.0/modules/content/' xmlns:content='http://example.org/andere'><channel><item><guid isPermaLink='false'>a</guid><c:encoded>Der ganze Text.</c:encoded><content:encoded>anders</content:encoded></item></channel></rss>",
            expected: &["a | - | - | - | - | - | Der ganze Text."],
        },
        Case {
            name: "Atom",
            xml: r#"<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title type="html">Z&amp;uuml;ge</title><id>urn:f</id>
<entry><id>urn:1</id><title>A &amp;amp; B</title><link rel="self" href="https://z.example/1.atom"/><link rel="alternate" type="text/html" href="https://z.example/1"/><published>2024-03-01T00:00:00Z</published><updated>2024-03-02T00:00:00Z</updated>
<summary>Kurz.</summary><content type="html">&lt;p&gt;Lang und mehr.&lt;/p&gt;</content></entry>
<entry><id>urn:2</id><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Ein <i>Wort</i></div></title><link href="https://z.example/2"/><updated>2024-03-03T00:00:00Z</updated>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Eins.</p><p>Zwei.</p></div></content></entry>
<entry xml:lang="en"><id>urn:3</id><title type="text">x</title><content type="text">2 &lt; 3
Ende</content><source><id>urn:s</id><title>Quelle</title></source></entry>
<entry><id>urn:4</id><title>y</title><content src="https://z.example/4" type="text/html"/><summary>Nur das.</summary></entry>
</feed>"#,
            expected: &[
                "urn:1 | A &amp; B | 2024-03-01T00:00:00Z | de | https://z.example/1 | Züge | Lang und mehr.",
                "urn:2 | Ein Wort | 2024-03-03T00:00:00Z | de | https://z.example/2 | Züge | Eins.//Zwei.",
                "urn:3 | x | - | en | - | Quelle | 2 < 3/Ende",
                "urn:4 | y | - | de | - | Züge | Nur das.",
            ],
        },
        Case {
            name: "Atom 0.3, with a prefix",
            xml: r#"<a:feed version="0.3" xmlns:a="http://purl.org/atom/ns#" xml:lang="de"><a:title>Alt</a:title><a:entry><a:title>Titel</a:title><a:link rel="alternate" type="text/html" href="http://o.example/1"/><a:id>tag:1</a:id><a:issued>2004-05-06T08:00:00Z</a:issued><a:modified>2004-05-07T08:00:00Z</a:modified>
<a:content type="text/html" mode="escaped">&lt;p&gt;Alter Text.&lt;/p&gt;</a:content></a:entry></a:feed>"#,
            expected: &[
                "tag:1 | Titel | 2004-05-06T08:00:00Z | de | http://o.example/1 | Alt | Alter Text.",
            ],
        },
        Case {
            name: "one entry of Atom",
            xml: "<entry xmlns='http://www.w3.org/2005/Atom'><id>e</id><title>T</title><content>Text.</content></entry>",
            expected: &["e | T | - | - | - | - | Text."],
        },
    ]);
}

#[test]
fn relative_links_of_feeds_are_completed() {
    check_fields(&[Case {
        name: "Atom with relative addresses",
        xml: r#"<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://z.example/lokales/"><title>Z</title>
<entry><id>urn:1</id><title>A</title><link href="deich.html"/><content>Der Deich hält.</content></entry>
<entry xml:base="2024/"><id>urn:2</id><title>B</title><link href="ufer.html"/><content>Das Ufer auch.</content></entry>
<entry><id>urn:3</id><title>C</title><link xml:base="https://y.example/" href="/wehr"/><content>Das Wehr nicht.</content></entry>
</feed>"#,
        expected: &[
            "urn:1 | A | - | - | https://z.example/lokales/deich.html | Z | Der Deich hält.",
            "urn:2 | B | - | - | https://z.example/lokales/2024/ufer.html | Z | Das Ufer auch.",
            "urn:3 | C | - | - | https://y.example/wehr | Z | Das Wehr nicht.",
        ],
    }]);
}

#[test]
fn exports_give_what_is_published() {
    check_fields(&[
        Case {
            name: "an export of WordPress",
            xml: r#"<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>Blog</title><wp:wxr_version>1.2</wp:wxr_version>
<item><title>Bild</title><guid isPermaLink="false">w1</guid><wp:post_type>attachment</wp:post_type></item>
<item><title>Beitrag</title><guid isPermaLink="false">w2</guid><content:encoded><![CDATA[Ein Beitrag mit Text.]]></content:encoded><excerpt:encoded><![CDATA[]]></excerpt:encoded><wp:post_type>post</wp:post_type></item></channel></rss>"#,
            expected: &[
                "- media",
                "w2 | Beitrag | - | - | - | Blog | Ein Beitrag mit Text.",
            ],
        },
        Case {
            name: "an export of WordPress with what nobody should read, and a text as it was typed",
            xml: r#"<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>Blog</title><link>https://blog.example</link>
<item><title>Deich</title><guid isPermaLink="false">w1</guid><description></description><content:encoded><![CDATA[[caption id="attachment_7" align="alignleft" width="300"]<img src="d.jpg" /> Der Deich bei Ebbe. Foto: Bote[/caption] Der Deich wird <strong>erhöht</strong>.

Die Arbeiten dauern bis Mai,
sagt das Amt [sic].
&nbsp;

[gallery ids="1,2"]

<blockquote>Wir sind im Plan.</blockquote>
Danach beginnt die Saison.]]></content:encoded><excerpt:encoded><![CDATA[Der Deich wird erhöht. Die Arbeiten dauern bis Mai, sagt das Amt, danach beginnt die Saison wie in jedem Jahr an dieser Küste.]]></excerpt:encoded><wp:status>publish</wp:status><wp:post_type>post</wp:post_type><wp:comment><wp:comment_content><![CDATA[Endlich tut sich etwas.]]></wp:comment_content></wp:comment></item>
<item><title>Deich</title><content:encoded><![CDATA[Der Deich]]></content:encoded><wp:status>draft</wp:status><wp:post_type>post</wp:post_type></item>
<item><title>Deich</title><content:encoded><![CDATA[Der alte Text.]]></content:encoded><wp:status>inherit</wp:status><wp:post_type>revision</wp:post_type></item>
<item><title>Weg</title><content:encoded><![CDATA[Das ist gelöscht.]]></content:encoded><wp:status>trash</wp:status><wp:post_type>page</wp:post_type></item>
<item><title>Farben</title><content:encoded><![CDATA[{"version": 2}]]></content:encoded><wp:status>publish</wp:status><wp:post_type>wp_global_styles</wp:post_type></item>
<item><title>Blöcke</title><guid isPermaLink="false">w6</guid><content:encoded><![CDATA[<!-- wp:paragraph -->
<p>Die Fähre
fährt wieder.</p>
<!-- /wp:paragraph -->

<!-- wp:shortcode -->
[fahrplan id="3"]
<!-- /wp:shortcode -->

<!-- wp:paragraph -->
<p>Sie legt um acht ab.</p>
<!-- /wp:paragraph -->]]></content:encoded><wp:status>publish</wp:status><wp:post_type>page</wp:post_type></item>
<item><title>Nur Bilder</title><guid isPermaLink="false">w7</guid><content:encoded><![CDATA[[gallery ids="4"]]]></content:encoded><excerpt:encoded><![CDATA[Die Fähre in Bildern.]]></excerpt:encoded><wp:status>publish</wp:status><wp:post_type>post</wp:post_type></item>
</channel></rss>"#,
            expected: &[
                "w1 | Deich | - | - | - | Blog | Der Deich wird erhöht.//Die Arbeiten dauern bis Mai,/sagt das Amt [sic].//Wir sind im Plan.//Danach beginnt die Saison.",
                "- draft",
                "- revision",
                "- trash",
                "- style",
                "w6 | Blöcke | - | - | - | Blog | Die Fähre fährt wieder.//Sie legt um acht ab.",
                "w7 | Nur Bilder | - | - | - | Blog | Die Fähre in Bildern.",
            ],
        },
        Case {
            name: "an export of Blogger",
            xml: r#"<feed xmlns="http://www.w3.org/2005/Atom" xmlns:app="http://purl.org/atom/app#"><title>Am Wehr</title>
<entry><id>1</id><category scheme="http://schemas.google.com/g/2005#kind" term="http://schemas.google.com/blogger/2008/kind#settings"/><title>BLOG_PUBLISHED</title><content type="text">true</content></entry>
<entry><id>2</id><category scheme="http://schemas.google.com/g/2005#kind" term="http://schemas.google.com/blogger/2008/kind#template"/><title>Vorlage</title><content type="text">&lt;html/></content></entry>
<entry><id>3</id><category scheme="http://www.blogger.com/atom/ns#" term="Hafen"/><category scheme="http://schemas.google.com/g/2005#kind" term="http://schemas.google.com/blogger/2008/kind#post"/><title>Hafen</title><content type="html">&lt;p>Der Hafen ist voll.&lt;/p></content></entry>
<entry><id>4</id><category scheme="http://schemas.google.com/g/2005#kind" term="http://schemas.google.com/blogger/2008/kind#comment"/><title>Na so etwas</title><content type="html">Na so etwas, schon wieder voll.</content></entry>
<entry><id>5</id><category scheme="http://schemas.google.com/g/2005#kind" term="http://schemas.google.com/blogger/2008/kind#post"/><app:control><app:draft>yes</app:draft></app:control><title>Entwurf</title><content type="html">Noch nicht fertig.</content></entry>
<entry><id>6</id><category term="Hafen"/><title>Ein Feed</title><content>Der Kran steht.</content></entry>
</feed>"#,
            expected: &[
                "- setting",
                "- template",
                "3 | Hafen | - | - | - | Am Wehr | Der Hafen ist voll.",
                "- comment",
                "- draft",
                "6 | Ein Feed | - | - | - | Am Wehr | Der Kran steht.",
            ],
        },
        Case {
            name: "a later export of Blogger",
            xml: r#"<feed xmlns="http://www.w3.org/2005/Atom" xmlns:blogger="http://schemas.google.com/blogger/2018"><title>Am Wehr</title>
<entry><id>1</id><blogger:type>POST</blogger:type><blogger:status>LIVE</blogger:status><title>Hafen</title><content type="html">&lt;p>Der Hafen ist voll.&lt;/p></content></entry>
<entry><id>2</id><blogger:type>POST</blogger:type><blogger:status>DRAFT</blogger:status><title>Entwurf</title><content type="html">Noch nicht fertig.</content></entry>
<entry><id>3</id><blogger:type>COMMENT</blogger:type><blogger:status>LIVE</blogger:status><title/><content type="html">Schon wieder voll.</content></entry>
<entry><id>4</id><blogger:type>POST</blogger:type><blogger:status>SOFT_TRASHED</blogger:status><title>Weg</title><content type="html">Gelöscht.</content></entry>
</feed>"#,
            expected: &[
                "1 | Hafen | - | - | - | Am Wehr | Der Hafen ist voll.",
                "- draft",
                "- comment",
                "- trash",
            ],
        },
    ]);
}

#[test]
fn tei_and_i5_give_their_bodies() {
    check_fields(&[
        Case {
            name: "TEI",
            xml: r#"<TEI xmlns="http://www.tei-c.org/ns/1.0" xml:id="t1" xml:lang="de"><teiHeader><fileDesc><titleStmt><title type="sub">Unterzeile</title><title type="main">Der Brand</title></titleStmt>
<publicationStmt><publisher>Archiv</publisher><date when="2015-01-01"/><idno type="URL">https://archiv.example/t1</idno></publicationStmt>
<sourceDesc><bibl><title level="j">Lindenauer Zeitung</title><date when="1902-05-06">6. Mai</date></bibl></sourceDesc></fileDesc></teiHeader>
<text><front><p>Vorspann</p></front><body><pb n="1"/><div><head>Der Brand</head><p>Gestern brannte<lb/>das Haus<note place="foot">Fußnote</note> der Ge<lb break="no"/>meinde.</p>
<head>Die Löschung</head><p>Sie <choice><sic>gelnag</sic><corr>gelang</corr></choice>.<figure><figDesc>Bild</figDesc></figure></p><lg><l>Vers eins</l><l>Vers zwei</l></lg><list><item>a</item><item>b</item></list></div></body><back><p>Anhang</p></back></text></TEI>"#,
            expected: &[
                "t1 | Der Brand | 1902-05-06 | de | https://archiv.example/t1 | Lindenauer Zeitung | Gestern brannte/das Haus der Gemeinde.//Die Löschung//Sie gelang.//Vers eins/Vers zwei//a/b",
            ],
        },
        Case {
            name: "a corpus of TEI",
            xml: r#"<teiCorpus xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt><title>Korpus</title></titleStmt><publicationStmt><publisher>Institut</publisher></publicationStmt></fileDesc><profileDesc><langUsage><language ident="de">Deutsch</language></langUsage></profileDesc></teiHeader>
<TEI n="1"><teiHeader><profileDesc><creation><date when="2001-01-01"/></creation></profileDesc></teiHeader><text><body><p><s><w>Ein</w> <w>Satz</w><pc>.</pc></s></p></body></text></TEI>
<TEI n="2"><teiHeader/><text><body><head>Nur hier</head><p>Zwei.</p></body></text></TEI></teiCorpus>"#,
            expected: &[
                "1 | - | 2001-01-01 | de | - | Institut | Ein Satz.",
                "2 | Nur hier | - | de | - | Institut | Zwei.",
            ],
        },
        Case {
            name: "a group of texts",
            xml: "<TEI xml:id='g'><text><front><p>Vorab</p></front><group><text><body><p>Eins.</p></body></text><text><front><p>Titelblatt</p></front><body><p>Zwei.</p></body></text></group></text></TEI>",
            expected: &["g | - | - | - | - | - | Eins.//Zwei."],
        },
        Case {
            name: "TEI in TEI",
            xml: "<TEI><teiHeader><profileDesc><langUsage><language ident='de'/></langUsage></profileDesc></teiHeader><TEI xml:id='a'><text><body><p>Eins.</p></body></text></TEI><TEI xml:id='b'><text><body><p>Zwei.</p></body></text></TEI></TEI>",
            expected: &[
                "a | - | - | de | - | - | Eins.",
                "b | - | - | de | - | - | Zwei.",
            ],
        },
        Case {
            name: "I5",
            xml: r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE idsCorpus PUBLIC "-//IDS//DTD IDS-I5 1.0//EN" "http://corpora.ids-mannheim.de/I5/DTD/i5.dtd">
<idsCorpus version="1.0" TEIform="teiCorpus.2"><idsHeader type="corpus"><fileDesc><titleStmt><korpusSigle>X24</korpusSigle><c.title>Lindenauer Tagblatt</c.title></titleStmt></fileDesc><profileDesc><langUsage><language id="de" usage="100">Deutsch</language></langUsage></profileDesc></idsHeader>
<idsDoc type="text" version="1.0"><idsHeader type="document"><fileDesc><titleStmt><dokumentSigle>X24/JAN</dokumentSigle><d.title>Lindenauer Tagblatt, Januar 2024</d.title></titleStmt></fileDesc></idsHeader>
<idsText id="X24.JAN.00001" n="X24/JAN.00001" version="1.0"><idsHeader type="text"><fileDesc><titleStmt><textSigle>X24/JAN.00001</textSigle><t.title assemblage="external">X24/JAN.00001 Lindenauer Tagblatt, 02.01.2024, S. 5; Rathaus zu</t.title></titleStmt>
<publicationStmt><distributor/><pubDate/></publicationStmt><sourceDesc><biblStruct><analytic><h.title type="main">Rathaus zu</h.title><h.title type="sub"/></analytic><monogr><h.title type="main"/><imprint><pubDate type="year">2024</pubDate><pubDate type="month">1</pubDate><pubDate type="day">02</pubDate></imprint></monogr></biblStruct></sourceDesc></fileDesc>
<profileDesc><creation><creatDate>2024.01.02</creatDate></creation></profileDesc></idsHeader>
<text><front><titlePage><docTitle><titlePart>Rathaus zu</titlePart></docTitle></titlePage></front><body><div n="0" complete="y" type="Zeitung"><head type="main"><s>Rathaus zu</s></head><p><s>Das Rathaus bleibt zu.</s> <s>Das dauert.</s></p><pb n="6"/><p><s>Ende.</s></p></div></body></text></idsText>
<idsText n="X24/JAN.00002"><idsHeader type="text"><fileDesc><sourceDesc><biblStruct><monogr><imprint><pubDate type="year">2024</pubDate><pubDate type="month">1</pubDate><pubDate type="day">2</pubDate></imprint></monogr></biblStruct></sourceDesc></fileDesc></idsHeader><text><body><p>Zwei.</p></body></text></idsText>
</idsDoc></idsCorpus>"#,
            expected: &[
                "X24/JAN.00001 | Rathaus zu | 2024.01.02 | de | - | Lindenauer Tagblatt | Das Rathaus bleibt zu. Das dauert.//Ende.",
                "X24/JAN.00002 | - | 2024-01-02 | de | - | Lindenauer Tagblatt | Zwei.",
            ],
        },
    ]);
}

/// A feed of some items.
fn feed(items: &str) -> String {
    format!("<rss version=\"2.0\"><channel><title>Bote</title>{items}</channel></rss>")
}

/// An item with an id and a text.
fn item(id: &str, text: &str) -> String {
    format!("<item><guid isPermaLink=\"false\">{id}</guid><description>{text}</description></item>")
}

fn feed_of(items: &[String]) -> String {
    feed(&items.concat())
}

fn good(id: &str) -> String {
    item(id, &format!("Text {id}."))
}

#[test]
fn an_item_that_is_not_well_formed_costs_itself() {
    let around = |broken: &str| feed_of(&[good("a"), broken.into(), good("c")]);
    for (name, broken, fault) in [
        (
            "tags that do not match",
            item("b", "<p>Text</b>"),
            "not well-formed XML at byte ",
        ),
        (
            "an item that is not closed",
            "<item><guid>b</guid><description>Text.</description>".into(),
            "the element `item` is not closed before the next one begins",
        ),
        (
            "a start tag that is damaged",
            item("b", "Text.").replace("<item>", "<itm>"),
            "the element `item` ends here, but its start tag is damaged",
        ),
        (
            "a section that is not closed",
            item("b", "<![CDATA[Text."),
            "the element `item` is not closed",
        ),
        (
            "a section that is not closed before another one",
            format!(
                "{}{}",
                item("b", "<![CDATA[Text."),
                item("b2", "<![CDATA[x]]>")
            ),
            "the element `item` is not closed",
        ),
        (
            "a comment that is not closed",
            item("b", "<!-- Text."),
            "the element `item` is not closed",
        ),
        (
            "an attribute that is not closed",
            "<item><guid a=\"b>b</guid><description>Text.</description></item>".into(),
            "not well-formed XML at byte ",
        ),
        (
            "no text",
            "<item><guid isPermaLink='false'>b</guid></item>".into(),
            "the text is empty",
        ),
        ("an empty item", "<item/>".into(), "the text is empty"),
        ("a NUL", item("b", "Te\0xt"), "NUL byte at position"),
        (
            "elements that are nested too deep",
            item("b", &"<i>".repeat(100_000)),
            "elements are nested more than 1000 deep",
        ),
    ] {
        let mut expected = vec!["a @ f.xml:1 = Text a.".to_owned()];
        expected.push(format!("! f.xml:2: {fault}…"));
        if name.contains("another one") {
            expected.push("b2 @ f.xml:3 = x".to_owned());
            expected.push("c @ f.xml:4 = Text c.".to_owned());
        } else {
            expected.push("c @ f.xml:3 = Text c.".to_owned());
        }
        let expected: Vec<_> = expected.iter().map(String::as_str).collect();
        check(&[("f.xml", around(&broken).as_bytes(), &expected)]);
    }
}

#[test]
fn what_is_almost_xml_is_read() {
    check_fields(&[
        Case {
            name: "ampersands, signs and entities of HTML",
            xml: "<rss><channel><item><guid isPermaLink='false'>a</guid><title>Müller & Söhne &nbsp;&unbekannt;</title><description>3 < 4 &#8222;so&#147; &bdquo;hier&ldquo;</description></item></channel></rss>",
            expected: &["a | Müller & Söhne \u{A0}&unbekannt; | - | - | - | - | 3 < 4 „so“ „hier“"],
        },
        Case {
            name: "an item in a comment and a section about items",
            xml: "<rss><channel><!-- <item><title>weg</title></item> --><item><guid isPermaLink='false'>a</guid><description><![CDATA[<p>So endet ein Artikel: </item></p>]]></description></item></channel></rss>",
            expected: &["a | - | - | - | - | - | So endet ein Artikel:"],
        },
        Case {
            name: "blank lines before the declaration",
            xml: "\n\n<?xml version='1.0'?><rss><channel><item><guid isPermaLink='false'>a</guid><description>Eins.</description></item></channel></rss>",
            expected: &["a | - | - | - | - | - | Eins."],
        },
        Case {
            name: "several documents in a file",
            xml: "<?xml version='1.0'?><nitf><head><title>T</title></head><body><body.content><p>Eins.</p></body.content></body></nitf>\n<?xml version='1.0'?><nitf><body><body.content><p>Zwei.</p></body.content></body></nitf>",
            expected: &[
                "f.xml | T | - | - | - | - | Eins.",
                "f.xml:2 | - | - | - | - | - | Zwei.",
            ],
        },
        Case {
            name: "short entities of its own",
            xml: "<!DOCTYPE nitf [<!ENTITY firma \"Werft &#38; Co\"><!ENTITY firmen '&firma; &firma;'>]><nitf><body><body.content><p>Die &ouml;rtliche Werft.</p></body.content></body></nitf>",
            expected: &["f.xml | - | - | - | - | - | Die örtliche Werft."],
        },
    ]);
}

#[test]
fn entities_are_never_expanded_from_outside_or_from_others() {
    let laughs = (1..10)
        .map(|i| format!("<!ENTITY l{i} \"{}\">", format!("&l{};", i - 1).repeat(10)))
        .collect::<String>();
    let doctype = format!(
        "<!DOCTYPE rss [<!ENTITY datei SYSTEM \"file:///etc/passwd\"><!ENTITY % alle SYSTEM \"http://x.example/a\">%alle;<!ENTITY ort \"Köln\"><!ENTITY l0 \"ha\">{laughs}]>"
    );
    let items = [
        item("a", "Aus &ort;."),
        item("b", "Geheim: &datei;"),
        item("c", "&l9;"),
        good("d"),
    ];
    check(&[(
        "f.rss",
        format!("{doctype}{}", feed_of(&items)).as_bytes(),
        &[
            "a @ f.rss:1 = Aus Köln.",
            "! f.rss:2: the entity `datei` is declared in another file or by other entities; such entities are not expanded",
            "! f.rss:3: the entity `l9` is declared …",
            "d @ f.rss:4 = Text d.",
        ],
    )]);
    let doctype = format!("<!DOCTYPE rss [<!ENTITY w \"{}\">]>", "x".repeat(200));
    let many = item("a", &"&w;".repeat(100_000));
    check(&[(
        "f.rss",
        format!("{doctype}{}", feed_of(&[many, good("b")])).as_bytes(),
        &["! f.rss:1: the entity `w` …", "b @ f.rss:2 = Text b."],
    )]);
}

#[test]
fn encodings_are_those_of_the_declaration_or_the_mark() {
    let xml = |encoding: &str, text: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"{encoding}\"?>\n{}",
            feed_of(&[item("a", text)])
        )
    };
    let bytes = |encoding: &str, text: &str| {
        let encoder = encoding_rs::Encoding::for_label(encoding.as_bytes()).unwrap();
        encoder.encode(&xml(encoding, text)).0.into_owned()
    };
    let expected: &[&str] = &["a @ f = Grüße für 3 €"];
    let expected: Vec<_> = expected
        .iter()
        .map(|line| line.replace("@ f", "@ f:1"))
        .collect();
    let expected: Vec<_> = expected.iter().map(String::as_str).collect();
    let text = "Grüße für 3 €";
    let utf8 = xml("UTF-8", text);
    let mark = "\u{FEFF}";
    for bytes in [
        bytes("ISO-8859-15", text),
        bytes("windows-1252", text),
        utf8.clone().into_bytes(),
        format!("{mark}{utf8}").into_bytes(),
        // The mark and the bytes tell more than the declaration.
        format!("{mark}{}", xml("ISO-8859-1", text)).into_bytes(),
        xml("ISO-8859-1", text).into_bytes(),
        xml("UTF-16", text).into_bytes(),
        xml("keine", text).into_bytes(),
        utf16(&format!("{mark}{}", xml("UTF-16", text)), u16::to_le_bytes),
        utf16(&format!("{mark}{}", xml("UTF-16", text)), u16::to_be_bytes),
        utf16(&xml("UTF-16LE", text), u16::to_le_bytes),
        utf16(&xml("UTF-16", text), u16::to_be_bytes),
        // Not declared: detected.
        encoding_rs::WINDOWS_1252
            .encode(&feed_of(&[item("a", text)]))
            .0
            .into_owned(),
    ] {
        check(&[("f", &bytes, &expected)]);
    }
    let mut damaged =
        feed_of(&[good("a"), item("b", "Größe, Straße und \u{1}."), good("c")]).into_bytes();
    let at = damaged.iter().position(|byte| *byte == 1).unwrap();
    damaged[at] = 0xFF;
    check(&[(
        "f.xml",
        &damaged,
        &[
            "a @ f.xml:1 = Text a.",
            "! f.xml:2: damaged UTF-8: byte 0xFF at position …",
            "c @ f.xml:3 = Text c.",
        ],
    )]);
}

#[test]
fn a_file_that_ends_early_costs_what_is_missing() {
    let whole = feed_of(&[good("a"), item("b", "<![CDATA[Ein Text.]]>")]);
    let cut = |at: &str| whole.split_once(at).unwrap().0.to_owned();
    check(&[
        (
            "f.xml",
            cut("</channel>").as_bytes(),
            &[
                "a @ f.xml:1 = Text a.",
                "b @ f.xml:2 = Ein Text.",
                "! f.xml:3: the file ends within the element `channel`: it is truncated",
            ],
        ),
        (
            "f.xml",
            cut("Ein Text").as_bytes(),
            &[
                "a @ f.xml:1 = Text a.",
                "! f.xml:2: the file ends within the element `item`: it is truncated",
            ],
        ),
        (
            "f.xml",
            cut("ext a.").as_bytes(),
            &["! f.xml:1: the file ends within the element `item`: it is truncated"],
        ),
        (
            "f.xml",
            b"<nitf><body><body.content><p>Text",
            &["! f.xml: the file ends within the element `nitf`: it is truncated"],
        ),
        (
            "f.xml",
            b"",
            &["! f.xml: expected articles, found an empty file"],
        ),
        (
            "f.xml",
            b" \n",
            &["! f.xml: expected articles, found an empty file"],
        ),
        ("f.xml", feed("").as_bytes(), &[]),
    ]);
    let packed = PACKS[0].1(whole.repeat(1000).as_bytes());
    let cut = &packed[..packed.len() / 2];
    let found = super::read(&[("f.xml.gz", cut)], Config::default());
    let last = found.last().unwrap();
    assert!(last.contains("ends early"), "{last}");
}

#[test]
fn other_xml_is_named_and_never_an_article() {
    let with = |root: &str, advice: &str| {
        vec![format!(
            "! f: XML with the root element `{root}`, which is none of `newsItem`, `newsMessage`, `NewsML`, `nitf`, `rss`, `rdf:RDF`, `feed`, `TEI`, `teiCorpus` and `idsCorpus`; {advice}…"
        )]
    };
    for (xml, root, advice) in [
        (
            "<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>http://a.example/</loc></url></urlset>",
            "urlset",
            "a sitemap",
        ),
        (
            "<sitemapindex><sitemap/></sitemapindex>",
            "sitemapindex",
            "a sitemap",
        ),
        (
            "<opml version='2.0'><body><outline text='a'/></body></opml>",
            "opml",
            "it lists feeds",
        ),
        (
            "<kml xmlns='http://www.opengis.net/kml/2.2'><Document/></kml>",
            "kml",
            "it holds",
        ),
        (
            "<svg viewBox='0 0 1 1'><path d='M0'/></svg>",
            "svg",
            "it holds",
        ),
        (
            "<mediawiki xmlns='http://www.mediawiki.org/xml/export-0.10/'><page><title>A</title></page></mediawiki>",
            "mediawiki",
            "articles of a MediaWiki dump are wikitext",
        ),
        (
            "<?xml version='1.0'?><p>Text</p>",
            "p",
            "convert the articles",
        ),
        (
            "<artikelliste>\n<artikel>Text</artikel></artikelliste>",
            "artikelliste",
            "convert",
        ),
        (
            "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description/></rdf:RDF>",
            "rdf:RDF",
            "convert",
        ),
        // Something that looks like an envelope, but is none.
        ("<x><y>&lt;rss> </y><!-- <nitf> --></x>", "x", "convert"),
    ] {
        let expected = with(root, advice);
        let expected: Vec<_> = expected.iter().map(String::as_str).collect();
        check(&[("f", xml.as_bytes(), &expected)]);
    }
}

#[test]
fn what_follows_a_document_is_told_if_it_is_none_with_articles() {
    let feed = feed_of(&[good("a")]);
    let a = "a @ f:1 = Text a.";
    let root = |name: &str, at: usize| {
        format!("! f:{at}: XML with the root element `{name}`, which is none of …")
    };
    for (rest, told) in [
        ("", vec![]),
        ("\n\n\u{FEFF} \0\0\u{1A}", vec![]),
        ("<!-- 0.3 s --><?php ?>", vec![]),
        ("\n<?xml version='1.0'?><rss><channel></channel></rss>", vec![]),
        (
            "\n{\"id\": \"b\", \"text\": \"Zwei.\"}\n{\"id\": \"c\"}\n",
            vec!["! f:2: expected XML, found something else after the end of the document: \"{\\\"id\\\": \\\"b\\\", \\\"text\\\": \\\"Zwei.\\\"}\"".into()],
        ),
        (
            "Nachtrag<!doctype html><html><body><p>Zwei.<br></body></html>",
            vec![
                "! f:2: expected XML, found something else after the end of the document: \"Nachtrag\"".into(),
                root("html", 3),
            ],
        ),
        ("<urlset><url/></urlset>", vec![root("urlset", 2)]),
        (
            "<e><nitf><body><body.content><p>Eins.</p></body.content></body></nitf></e> und <e></e>",
            vec![
                "f:2 @ f:2 = Eins.".into(),
                "! f:3: expected XML, found something else after the end of the document: \"und\"".into(),
                root("e", 4),
            ],
        ),
    ] {
        let expected: Vec<&str> = std::iter::once(a)
            .chain(told.iter().map(String::as_str))
            .collect();
        check(&[("f", format!("{feed}{rest}").as_bytes(), &expected)]);
    }
    let item = "<nitf><body><body.content><p>Eins.</p></body.content></body></nitf>Ende";
    let expected =
        "! f:2: expected XML, found something else after the end of the document: \"Ende\"";
    check(&[("f", item.as_bytes(), &["f @ f = Eins.", expected])]);
}

#[test]
fn the_name_does_not_make_xml_of_anything_else() {
    check(&[
        (
            "f.xml",
            "Das ist <b>kein</b> XML.\nWirklich".as_bytes(),
            &[
                "! f.xml: the name says XML, but there is no element; it starts with \"Das ist <b>kein</b> XML.\"; if it is plain text, …",
            ],
        ),
        (
            "f.rss",
            b"{\"text\":\"Eins\"}",
            &[
                "! f.rss: the name says XML, but there is no element; it starts with \"{\\\"text\\\":\\\"Eins\\\"}\"; …",
            ],
        ),
        (
            "f.xml",
            b"%PDF-1.7",
            &["! f.xml: expected articles, found a PDF document; save it as text"],
        ),
        // Prose that begins like markup.
        (
            "f.txt",
            "<Redaktion> Der Rat tagt.".as_bytes(),
            &["f.txt @ f.txt = <Redaktion> Der Rat tagt."],
        ),
        ("f.txt", b"<3 Jahre alt", &["f.txt @ f.txt = <3 Jahre alt"]),
    ]);
    check_with(
        &Config {
            format: toml::from_str::<std::collections::BTreeMap<String, crate::input::Choice>>(
                "a='xml'",
            )
            .unwrap()["a"],
            ..Config::default()
        },
        &[
            (
                "f",
                b"Text",
                &["! f: expected XML, found no element; it starts with \"Text\""],
            ),
            (
                "f",
                good("a").as_bytes(),
                &["! f: XML with the root element `item`, …"],
            ),
        ],
    );
}

#[test]
fn what_is_too_long_is_a_failure_in_bounded_memory() {
    let config = Config {
        max_bytes: 500,
        ..Config::default()
    };
    let long = "x".repeat(2000);
    let feed = feed_of(&[
        good("a"),
        item("b", &long),
        item("c", &format!("<![CDATA[{long}]]>")),
        item("d", &format!("<!--{long}-->Kurz.")),
        format!("<!-- {long} -->"),
        good("e"),
    ]);
    check_with(
        &config,
        &[(
            "f.xml",
            feed.as_bytes(),
            &[
                "a @ f.xml:1 = Text a.",
                "! f.xml:2: more than 500 bytes, the limit set by `input.max_bytes`",
                "! f.xml:3: more than 500 bytes, the limit set by `input.max_bytes`",
                "! f.xml:4: more than 500 bytes, the limit set by `input.max_bytes`",
                "e @ f.xml:5 = Text e.",
            ],
        )],
    );
    let deep = format!("<rss>{}<nitf/>", "<a>".repeat(100_000));
    check(&[(
        "f.xml",
        deep.as_bytes(),
        &[
            "! f.xml:1: the text is empty",
            "! f.xml:2: the file ends within the element `rss`: it is truncated",
        ],
    )]);
    let deep = format!("<x><nitf/>{}", "<a>".repeat(100_000));
    check(&[(
        "f.xml",
        deep.as_bytes(),
        &[
            "! f.xml:1: the text is empty",
            "! f.xml:2: elements are nested more than 1000 deep, and everything after this point is not read",
        ],
    )]);
}

#[test]
fn reading_resumes_after_any_item() {
    let corpus = "<teiCorpus xml:lang='de'><teiHeader><fileDesc><publicationStmt><publisher>A</publisher></publicationStmt></fileDesc></teiHeader><teiCorpus><teiHeader><fileDesc><publicationStmt><publisher>B</publisher></publicationStmt></fileDesc></teiHeader><TEI n='1'><text><body><p>Eins.</p></body></text></TEI><TEI n='2'><text><body><p>Zwei.</p></body></text></TEI></teiCorpus><TEI n='3'><text><body><p>Drei.</p></body></text></TEI><TEI n='4'>";
    let feeds = [
        format!(
            "<?xml version='1.0' encoding='ISO-8859-15'?><!DOCTYPE rss [<!ENTITY ort 'Ulm'>]>{}",
            feed_of(&[good("a"), "<item>".into(), item("b", "In &ort; Grüße."), item("c", "<p></b>"), good("a"), good("d")])
        ),
        "<rdf:RDF xml:lang='de'><channel><title>C</title></channel><item><link>1</link><description>Eins.</description></item><item><link>2</link><description>Zwei.</description></item></rdf:RDF>".into(),
        corpus.into(),
        format!("<e><nitf><body><p>Eins.</p></body></nitf></e><e><nitf><body><p>Zwei.</p></body></nitf></e>{corpus}"),
        format!("{} Rest <e></e>{}{{}}", feed_of(&[good("a")]), feed_of(&[good("b"), good("c")])),
    ];
    let mut files = Vec::new();
    for (i, feed) in feeds.iter().enumerate() {
        let latin = encoding_rs::ISO_8859_15.encode(feed).0.into_owned();
        files.push((format!("{i}a.xml"), latin.clone()));
        files.push((format!("{i}b.xml"), format!("\u{FEFF}{feed}").into_bytes()));
        files.push((
            format!("{i}c.xml"),
            utf16(&format!("\u{FEFF}{feed}"), u16::to_le_bytes),
        ));
        files.push((format!("{i}d.xml"), PACKS[0].1(&latin)));
    }
    // Damage that a fuzzer found: how the rest is read depends on what was not closed before.
    let unclosed = [
        include_bytes!("../../../../../tests/formats/xml/unclosed.tei").as_slice(),
        include_bytes!("../../../../../tests/formats/xml/unclosed.atom"),
    ];
    for (i, bytes) in unclosed.into_iter().enumerate() {
        files.push((format!("9{i}.xml"), bytes.to_vec()));
    }
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in &files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    let config = Config {
        paths: files.into_iter().map(|(name, _)| name).collect(),
        ..Config::default()
    };
    let inputs = Inputs::open(&config, folder.path()).unwrap();
    let whole: Vec<_> = inputs.items().map(fields).collect();
    assert!(whole.len() > 60, "{whole:#?}");
    assert_resumes(&inputs, &whole, 0..=whole.len(), fields);
}

#[test]
fn no_damage_makes_the_reader_panic_or_hang() {
    let texts = [
        feed_of(&[good("a"), item("b", "<![CDATA[x <!-- ]]> &amp; <p a='b'/>"), good("c")]),
        "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><teiCorpus><teiHeader/><TEI><text><body><p>x<?y z?></p></body></text></TEI></teiCorpus>".into(),
        "<newsMessage><itemSet><newsItem guid='a'><contentSet><inlineXML><html><body><p>x</p></body></html></inlineXML></contentSet></newsItem></itemSet></newsMessage>".into(),
    ];
    let mut state = 1_u32;
    let mut random = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below
    };
    let signs = b"<>/!?-[]&;'\"= \0\xFFa";
    for round in 0..600 {
        let mut bytes = texts[round % texts.len()].clone().into_bytes();
        for _ in 0..=random(4) {
            let at = random(bytes.len());
            match random(3) {
                0 => bytes[at] = signs[random(signs.len())],
                1 => bytes.truncate(at.max(1)),
                _ => {
                    bytes.remove(at);
                }
            }
            if bytes.is_empty() {
                bytes.push(b'<');
            }
        }
        let config = Config {
            max_bytes: 300,
            ..Config::default()
        };
        super::read(&[("f.xml", &bytes)], config);
    }
    for many in [
        "<item><![CDATA[",
        "<item><!--",
        "<item><?a ",
        "<TEI>",
        "<!DOCTYPE[",
        "<item a='",
        "</item",
    ] {
        let bytes = format!("<rss><channel>{}", many.repeat(100_000));
        super::read(&[("f.xml", bytes.as_bytes())], Config::default());
    }
}

//! Little pages of each kind, and pages that are meant to break things.

#![expect(clippy::too_many_lines, reason = "tables of cases are long")]

use super::{Page, extract, fragment};

/// Two paragraphs of a story, as most pages have them.
const STORY: &str = "<p>Die Gemeinde Oberhagen will ihr Freibad nach elf Jahren wieder öffnen. Der Rat stimmte am Dienstagabend mit großer Mehrheit für die Sanierung.</p>
    <p>Die Arbeiten sollen im Herbst beginnen und rund drei Millionen Euro kosten, wie Bürgermeisterin Renate Vogt mitteilte.</p>";

/// Their text.
const TEXT: &str = "Die Gemeinde Oberhagen will ihr Freibad nach elf Jahren wieder öffnen. Der Rat stimmte am Dienstagabend mit großer Mehrheit für die Sanierung.\n\nDie Arbeiten sollen im Herbst beginnen und rund drei Millionen Euro kosten, wie Bürgermeisterin Renate Vogt mitteilte.";

fn page(html: &str) -> Page {
    extract(
        html,
        Some("https://www.hagener-bote.example/lokales/freibad-oeffnet-4711.html"),
    )
    .unwrap_or_else(|| panic!("no story in {html}"))
}

/// Checks pages of which each has the story, with the parts of other pages around it.
fn check(cases: &[(&str, String)]) {
    for (what, html) in cases {
        assert_eq!(page(html).text, TEXT, "{what}");
    }
}

#[test]
fn furniture_is_left_out() {
    let around = |before: &str, after: &str| {
        format!(
            "<html lang=de><head><title>Freibad öffnet | Hagener Bote</title></head><body>{before}<main><h1>Freibad öffnet</h1>{STORY}{after}</main></body></html>"
        )
    };
    let inside = |part: &str| {
        let (first, second) = STORY.split_once("</p>").unwrap();
        format!(
            "<body><header><a href=/>Hagener Bote</a></header><article><h1>Freibad öffnet</h1><div>{first}</p>{part}{second}</div></article></body>"
        )
    };
    check(&[
        (
            "navigation, sidebar, footer",
            around(
                "<nav><ul><li><a href=/>Startseite</a><li><a href=/sport>Sport</a></ul></nav>",
                "<aside><h2>Meistgelesen</h2><p>Ein Hund aus Neustadt hat am Wochenende drei Wanderer aus einem Bach gerettet.</p></aside><footer>Impressum Datenschutz</footer>",
            ),
        ),
        (
            "no elements with a meaning",
            format!("<body><div><a href=/>Start</a> <a href=/sport>Sport</a></div><div><div><h1>Freibad öffnet</h1></div><div>{STORY}</div></div><div><a href=/impressum>Impressum</a></div>"),
        ),
        (
            "comments that are longer than the story",
            around("", &format!("<section id=comments><h2>Kommentare</h2>{}</section>", "<p>Das wurde aber auch Zeit, mein Enkel kann bis heute nicht schwimmen, weil es hier kein Bad gibt.</p>".repeat(12))),
        ),
        (
            "newsletter",
            inside("<div class=\"newsletter-box\"><h3>Der Bote am Morgen</h3><p>Jeden Tag die wichtigsten Nachrichten aus der Region kostenlos in Ihrem Postfach.</p></div>"),
        ),
        (
            "newsletter in the last paragraph",
            inside("").replace("</div></article>", "<p><b>Der Bote am Morgen:</b> <a href=/n>Newsletter</a> bestellen und nichts mehr aus Oberhagen verpassen.</p></div></article>"),
        ),
        (
            "buttons to share",
            around("<ul class=sharing><li><a href=#>Teilen</a><li><a href=#>Twittern</a></ul>", "<div class=c-share-bar><span>Jetzt diesen Artikel mit anderen Menschen teilen, die Sie kennen.</span></div>"),
        ),
        (
            "a banner for cookies that is longer than the story",
            around(
                &format!("<div id=\"cookie-banner\"><h2>Wir brauchen Ihre Zustimmung</h2>{}</div>", "<p>Wir und unsere Partner speichern Informationen auf Ihrem Gerät, um Anzeigen zu messen und Inhalte auszuspielen.</p>".repeat(9)),
                "",
            ),
        ),
        (
            "related articles by a label",
            inside("<p><strong>Lesen Sie auch:</strong> <a href=/b>Hallenbad bleibt zu</a></p>"),
        ),
        (
            "related articles as cards",
            inside("<div><div><h3><a href=/b>Hallenbad in Unterhagen bleibt zu</a></h3><p>Das Dach ist undicht, und für die Sanierung fehlt der Stadt im Moment das Geld.</p></div></div>"),
        ),
        (
            "related articles as a list of links",
            inside("<h3>Mehr zum Thema</h3><ul><li><a href=/b>Hallenbad in Unterhagen bleibt zu</a><li><a href=/c>Schwimmkurse sind ausgebucht</a></ul>"),
        ),
        (
            "caption and credit in a figure",
            inside("<figure><img src=a.jpg><figcaption>Das Freibad im Sommer vor der Schließung. Foto: Jan Mertens</figcaption></figure>"),
        ),
        (
            "caption and credit in other elements",
            inside("<div class=article-image><img src=a.jpg><div class=image-caption>Das Freibad im letzten Sommer vor der Schließung.</div><span>Foto: Jan Mertens</span></div>"),
        ),
        (
            "credit as a line",
            inside("<p>Foto: Jan Mertens</p>"),
        ),
        (
            "gallery",
            inside("<div class=gallery><div><img src=a.jpg><p>Bild 1 von 3: Das Becken war seit elf Jahren leer und ist voller Laub.</p></div><div><img src=b.jpg><p>Bild 2 von 3: Der Sprungturm darf noch nicht betreten werden, er ist baufällig.</p></div></div>"),
        ),
        (
            "author at the end",
            around("", "<div class=author-box><img src=j.jpg><p>Jana Kolb schreibt seit zehn Jahren über Kommunalpolitik. Sie wohnt in Unterhagen und schwimmt gern.</p></div>"),
        ),
        (
            "author and date at the start",
            around("", "").replace("</h1>", "</h1><p class=byline>Von Jana Kolb</p><p>Stand: 14.05.2024, 18:32 Uhr</p>"),
        ),
        (
            "advertisement",
            inside("<div class=\"ad-slot\"><span>Anzeige</span><p>Matratzen jetzt bis zu siebzig Prozent günstiger, nur noch bis Sonntag im Angebot.</p></div><p>Anzeige</p>"),
        ),
        (
            "an offer where a paywall begins",
            around("", "<div class=paywall><h2>Weiterlesen mit Bote Plus</h2><p>Testen Sie jetzt einen Monat lang alle Artikel für nur einen Euro, danach monatlich kündbar.</p></div>"),
        ),
        (
            "what is not shown",
            inside("<p hidden>Dieser Absatz steht nur im Quelltext und wird nie jemandem gezeigt.</p><p style=\"display: none\">Dieser hier ebenso wenig, er stammt aus der alten Fassung.</p>"),
        ),
        (
            "what only readers of screens read",
            inside("").replace("Oberhagen will", "<a href=/o>Oberhagen<span class=\"sr-only\"> (öffnet in neuem Fenster)</span></a> will"),
        ),
        (
            "scripts, styles, comments",
            inside("<script>if (a < b) document.write('<p>Nein</p>')</script><style>p > a { color: red }</style><!-- <p>Alt</p> --><noscript><p>Bitte schalten Sie JavaScript ein, um die Seite zu sehen.</p></noscript>"),
        ),
        (
            "a box with facts beside the text",
            inside("<aside class=infobox><h3>Das Freibad</h3><p>Gebaut wurde es 1958, damals kostete der Eintritt zwanzig Pfennig.</p></aside>"),
        ),
        (
            "embedded posts that ask for consent",
            inside("<div class=\"embed embed-consent\"><h3>Empfohlener externer Inhalt</h3><p>An dieser Stelle finden Sie einen externen Inhalt, der den Artikel ergänzt.</p></div>"),
        ),
        (
            "a description of a picture",
            inside("<div class=c-picture><img src=a.jpg><p class=c-picture__description>Elf Jahre lang lag das Becken trocken, nun soll hier wieder Wasser fließen.</p></div>"),
        ),
        (
            "a link for readers of screens",
            inside("").replace("Oberhagen will", "<a href=/o>Oberhagen <span class=x-vh>(öffnet in neuem Fenster)</span></a> will"),
        ),
        (
            "the next articles on the same page",
            format!("<title>Freibad öffnet</title><body><div><article><h1>Freibad öffnet</h1>{STORY}</article><article><h1>Hallenbad bleibt zu</h1>{}</article></div>", "<p>Das Hallenbad in Unterhagen bleibt noch mindestens bis zum nächsten Sommer geschlossen.</p>".repeat(9)),
        ),
        (
            "a quotation in a figure that repeats the story",
            inside("<figure><blockquote>„Der Rat stimmte am Dienstagabend mit großer Mehrheit für die Sanierung.“<br>Renate Vogt, Bürgermeisterin</blockquote></figure>"),
        ),
        (
            "a demand to pay without a class",
            inside("").replace("</div></article>", "<p>Sie haben bereits ein Abo? Dann melden Sie sich bitte hier an.</p><p>Dieser Artikel ist exklusiv für Abonnenten.</p></div></article>"),
        ),
        (
            "comments by their heading",
            around("", &format!("<div><h3>3 Kommentare</h3>{}</div>", "<p>Das wurde aber auch Zeit, mein Enkel kann bis heute nicht schwimmen, weil es hier kein Bad gibt.</p>".repeat(3))),
        ),
        (
            "a section by its heading",
            around("", "<section><div><h2>Das könnte Sie auch interessieren</h2></div><p>Das Hallenbad in Unterhagen bleibt noch mindestens bis zum nächsten Sommer geschlossen.</p></section><section><h2>Mehr zum Thema</h2><p>In Neustadt gibt es schon seit drei Jahren wieder ein Freibad, und alle sind froh.</p></section>"),
        ),
        (
            "a footer that is longer than the story",
            around("", &format!("<footer class=entry-meta>{}</footer>", "<p>Jana Kolb schreibt seit zehn Jahren über Kommunalpolitik. Sie wohnt in Unterhagen und schwimmt gern.</p>".repeat(7))),
        ),
        (
            "a quotation that repeats the story",
            inside("<aside><blockquote>Der Rat stimmte am Dienstagabend mit großer Mehrheit für die Sanierung.</blockquote></aside>"),
        ),
    ]);
}

#[test]
fn story_is_found_in_all_kinds_of_markup() {
    let (first, second) = TEXT.split_once("\n\n").unwrap();
    check(&[
        (
            "paragraphs without end tags",
            format!("<body><h1>Freibad öffnet</h1><p>{first}<p>{second}"),
        ),
        (
            "upper case",
            format!("<BODY><H1>Freibad öffnet</H1><P>{first}</P><P>{second}</P></BODY>"),
        ),
        (
            "breaks instead of paragraphs",
            format!("<body><div><h1>Freibad öffnet</h1><div>{first}<br><br>{second}</div></div>"),
        ),
        (
            "breaks within text of a body",
            format!("<body><h1>Freibad öffnet</h1>{first}<br />\n<br />{second}"),
        ),
        (
            "a table for the layout",
            format!(
                "<body><table><tr><td><a href=/>Start</a><br><a href=/s>Sport</a></td><td><h1>Freibad öffnet</h1>{first}<br><br>{second}</td></tr></table>"
            ),
        ),
        (
            "an element for each paragraph",
            format!(
                "<body><main><h1>Freibad öffnet</h1><div class=par><p>{first}</p></div><div class=ad></div><div class=par><p>{second}</p></div></main>"
            ),
        ),
        (
            "classes that say nothing",
            format!(
                "<body><div class=\"mx-auto flex hidden-scroll p-4\"><h1 class=text-2xl>Freibad öffnet</h1><p class=\"mt-2 text-lg\">{first}</p><p class=\"mt-2 text-lg\">{second}</p></div>"
            ),
        ),
        (
            "classes made by programs",
            format!(
                "<body><div class=\"Article_root__x8d2K\"><h1>Freibad öffnet</h1><p class=\"Text_p__q1Zs9\">{first}</p><p class=\"Text_p__q1Zs9\">{second}</p></div>"
            ),
        ),
        (
            "elements of a library",
            format!(
                "<body><app-root><app-article><h1>Freibad öffnet</h1><app-text><p>{first}</p></app-text><app-text><p>{second}</p></app-text></app-article></app-root>"
            ),
        ),
        (
            "paragraphs that are spans",
            format!(
                "<body><article><h1>Freibad öffnet</h1><div><span>{first}</span></div><div><span>{second}</span></div></article>"
            ),
        ),
        (
            "a form around everything",
            format!("<body><form id=aspnetForm><div><h1>Freibad öffnet</h1>{STORY}</div></form>"),
        ),
        (
            "a sidebar in the class of the page",
            format!(
                "<body class=\"single has-sidebar with-comments\"><div class=\"content-sidebar-wrap\"><div class=entry-content><h1>Freibad öffnet</h1>{STORY}</div></div>"
            ),
        ),
        (
            "the story in what is called a teaser",
            format!(
                "<body><div class=\"teaser teaser--full\"><h1>Freibad öffnet</h1>{STORY}</div>"
            ),
        ),
        (
            "the story in what is called an advertisement",
            format!(
                "<meta property=og:type content=article><body><p>Der Bote ist unabhängig, überparteilich und kommt aus Oberhagen.</p><div class=promo>{STORY}</div>"
            ),
        ),
        (
            "a headline of the second level and nothing else",
            format!(
                "<body><div><h2 class=headline>Freibad öffnet</h2><span>14.05.2024</span><div class=text>{STORY}</div><div class=share><a href=#>Teilen</a></div></div>"
            ),
        ),
        (
            "the headline apart from the story",
            format!("<body><header><h1>Freibad öffnet</h1></header><div><div>{STORY}</div></div>"),
        ),
        (
            "the first paragraph apart from the others",
            format!(
                "<body><article><h1>Freibad öffnet</h1><div class=top><p>{first}</p></div><div class=ad-slot>Anzeige</div><div class=rest><p>{second}</p></div></article>"
            ),
        ),
        (
            "microdata",
            format!(
                "<body><div itemscope itemtype=https://schema.org/NewsArticle><h1 itemprop=headline>Freibad öffnet</h1><div itemprop=articleBody>{STORY}</div></div>"
            ),
        ),
        (
            "XHTML",
            format!(
                "<?xml version=\"1.0\" encoding=\"utf-8\"?><!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\"><html xmlns=\"http://www.w3.org/1999/xhtml\"><body><h1>Freibad öffnet</h1>{STORY}<br/></body></html>"
            ),
        ),
        (
            "crossed and stray tags",
            format!(
                "<body><b><h1>Freibad öffnet</b></h1></div></td><p><i>{first}</p></i></span><p>{second}</font></p>"
            ),
        ),
        (
            "line feeds and references in the text",
            format!(
                "<body><h1>Freibad öffnet</h1>{}",
                STORY
                    .replace(' ', "\r\n\t")
                    .replace("<p>", "<p>&#32;")
                    .replace('ö', "&ouml;")
                    .replace("<p>&#32;", "<p>")
            ),
        ),
    ]);
}

#[test]
fn parts_of_a_story_stay() {
    for (what, body, text) in [
        (
            "one paragraph",
            "<p>Auf der A 7 bei Oberhagen sind am Montag zwei Lastwagen zusammengestoßen, verletzt wurde niemand.</p>",
            "Auf der A 7 bei Oberhagen sind am Montag zwei Lastwagen zusammengestoßen, verletzt wurde niemand.",
        ),
        (
            "short paragraphs",
            "<p>In Oberhagen brennt eine Scheune.</p><p>Die Feuerwehr ist vor Ort.</p><p>Verletzte gibt es nicht.</p>",
            "In Oberhagen brennt eine Scheune.\n\nDie Feuerwehr ist vor Ort.\n\nVerletzte gibt es nicht.",
        ),
        (
            "a short sentence at the end",
            "<p>Bei einem Brand in einer Scheune sind in Oberhagen am Dienstag zwei Menschen verletzt worden.</p><p>Die Polizei ermittelt.</p><p>Impressum</p>",
            "Bei einem Brand in einer Scheune sind in Oberhagen am Dienstag zwei Menschen verletzt worden.\n\nDie Polizei ermittelt.",
        ),
        (
            "a summary in points",
            "<h2>Das Wichtigste in Kürze</h2><ul><li>Oberhagen baut das Freibad um<li>Die Kosten trägt zur Hälfte das Land</ul><p>Der Rat hat am Dienstag über das Freibad entschieden, und zwar nach drei Stunden.</p>",
            "Das Wichtigste in Kürze\n\nOberhagen baut das Freibad um\nDie Kosten trägt zur Hälfte das Land\n\nDer Rat hat am Dienstag über das Freibad entschieden, und zwar nach drei Stunden.",
        ),
        (
            "headings and lists",
            "<p>Der Rat hat am Dienstag über das Freibad entschieden, und zwar nach drei Stunden.</p><h2>Was jetzt geplant ist</h2><ul><li>ein neues Becken<li>ein Sprungturm<li>Schatten für die Wiese</ul><p>Die Arbeiten beginnen im Herbst, wenn die Förderung bewilligt wird.</p><h2>Kommentare</h2>",
            "Der Rat hat am Dienstag über das Freibad entschieden, und zwar nach drei Stunden.\n\nWas jetzt geplant ist\n\nein neues Becken\nein Sprungturm\nSchatten für die Wiese\n\nDie Arbeiten beginnen im Herbst, wenn die Förderung bewilligt wird.",
        ),
        (
            "a list at the end",
            "<p>Für das neue Freibad sprachen nach Ansicht des Rates vor allem diese Gründe:</p><ul><li>die Zahl der Kinder<li>die Förderung</ul><ul><li><a href=/a>Sport</a><li><a href=/b>Lokales</a></ul>",
            "Für das neue Freibad sprachen nach Ansicht des Rates vor allem diese Gründe:\n\ndie Zahl der Kinder\ndie Förderung",
        ),
        (
            "questions of an interview",
            "<p>Renate Vogt ist seit zwei Jahren Bürgermeisterin von Oberhagen und hat viel vor.</p><p><strong>Frau Vogt, warum ein Freibad?</strong></p><p>Weil die Kinder schwimmen lernen sollen, und zwar alle, nicht nur die aus reichen Familien.</p><p><strong>Und das Geld?</strong></p><p>Das Land zahlt die Hälfte, den Rest strecken wir über zehn Jahre.</p>",
            "Renate Vogt ist seit zwei Jahren Bürgermeisterin von Oberhagen und hat viel vor.\n\nFrau Vogt, warum ein Freibad?\n\nWeil die Kinder schwimmen lernen sollen, und zwar alle, nicht nur die aus reichen Familien.\n\nUnd das Geld?\n\nDas Land zahlt die Hälfte, den Rest strecken wir über zehn Jahre.",
        ),
        (
            "a quotation",
            "<p>Die Bürgermeisterin zeigte sich nach der Abstimmung im Rathaus sehr erleichtert.</p><blockquote><p>Darauf haben wir elf Jahre lang hingearbeitet, jetzt geht es endlich los.</p></blockquote><p>Die Opposition hatte bis zuletzt Bedenken wegen der Kosten geäußert.</p>",
            "Die Bürgermeisterin zeigte sich nach der Abstimmung im Rathaus sehr erleichtert.\n\nDarauf haben wir elf Jahre lang hingearbeitet, jetzt geht es endlich los.\n\nDie Opposition hatte bis zuletzt Bedenken wegen der Kosten geäußert.",
        ),
        (
            "links in the text",
            "<p>Die Gemeinde <a href=/o>Oberhagen</a> will ihr <a href=/f>Freibad</a> nach elf Jahren wieder öffnen.</p>",
            "Die Gemeinde Oberhagen will ihr Freibad nach elf Jahren wieder öffnen.",
        ),
        (
            "a table of results",
            "<p>Bei der Wahl zum Rat von Oberhagen kamen die Parteien auf diese Ergebnisse, wie das Amt mitteilte.</p><table><tr><th>Partei<th>Stimmen<tr><td>Freie Wähler<td>41,2<tr><td>Grüne<td>22,9</table><p>Die Beteiligung lag bei rund sechzig Prozent und damit höher als zuletzt.</p>",
            "Bei der Wahl zum Rat von Oberhagen kamen die Parteien auf diese Ergebnisse, wie das Amt mitteilte.\n\nPartei Stimmen\nFreie Wähler 41,2\nGrüne 22,9\n\nDie Beteiligung lag bei rund sechzig Prozent und damit höher als zuletzt.",
        ),
        (
            "a ticker",
            "<div class=ticker-box><article class=card><time>12.40 Uhr</time><h3>Straße wieder frei</h3><p>Die Bundesstraße bei Oberhagen ist seit dem Mittag wieder in beiden Richtungen befahrbar.</p></article><article class=card><time>11.15 Uhr</time><h3>Baum blockiert Straße</h3><p>Ein umgestürzter Baum liegt auf der Bundesstraße, die Feuerwehr ist unterwegs.</p></article><article class=card><time>9.05 Uhr</time><h3>Sturm zieht auf</h3><p>Der Wetterdienst warnt vor schweren Böen im ganzen Kreis und rät, zu Hause zu bleiben.</p></article></div>",
            "12.40 Uhr\n\nStraße wieder frei\n\nDie Bundesstraße bei Oberhagen ist seit dem Mittag wieder in beiden Richtungen befahrbar.\n\n11.15 Uhr\n\nBaum blockiert Straße\n\nEin umgestürzter Baum liegt auf der Bundesstraße, die Feuerwehr ist unterwegs.\n\n9.05 Uhr\n\nSturm zieht auf\n\nDer Wetterdienst warnt vor schweren Böen im ganzen Kreis und rät, zu Hause zu bleiben.",
        ),
        (
            "a box between the paragraphs",
            "<div class=body><p>Der Rat hat am Dienstag über das Freibad entschieden, und zwar nach drei Stunden Debatte.</p><p>Am Ende stimmten neunzehn Mitglieder dafür und sieben dagegen, zwei enthielten sich.</p><p>Die Arbeiten beginnen im Herbst, wenn das Land die Förderung endgültig bewilligt hat.</p></div><div class=facts><p>Das Freibad wurde 1958 gebaut.</p></div><div class=body><p>Bis dahin muss die Verwaltung noch die Pläne für das Becken und die Umkleiden vorlegen.</p><p>Auch der Sprungturm soll bleiben, er steht seit einigen Jahren unter Denkmalschutz.</p><p>Für die Wiese sind neue Bäume vorgesehen, damit es im Sommer genug Schatten gibt.</p><p>Der Eintritt soll für Kinder frei sein, Erwachsene zahlen voraussichtlich vier Euro.</p></div>",
            "Der Rat hat am Dienstag über das Freibad entschieden, und zwar nach drei Stunden Debatte.\n\nAm Ende stimmten neunzehn Mitglieder dafür und sieben dagegen, zwei enthielten sich.\n\nDie Arbeiten beginnen im Herbst, wenn das Land die Förderung endgültig bewilligt hat.\n\nBis dahin muss die Verwaltung noch die Pläne für das Becken und die Umkleiden vorlegen.\n\nAuch der Sprungturm soll bleiben, er steht seit einigen Jahren unter Denkmalschutz.\n\nFür die Wiese sind neue Bäume vorgesehen, damit es im Sommer genug Schatten gibt.\n\nDer Eintritt soll für Kinder frei sein, Erwachsene zahlen voraussichtlich vier Euro.",
        ),
        (
            "a ticker that is a list",
            "<ul class=ticker><li><h3>12.40 Uhr: Straße wieder frei</h3><p>Die Bundesstraße bei Oberhagen ist seit dem Mittag wieder in beiden Richtungen befahrbar.</p></li><li><h3>11.15 Uhr: Baum blockiert Straße</h3><p>Ein umgestürzter Baum liegt auf der Bundesstraße, die Feuerwehr ist schon seit dem Morgen unterwegs.</p></li></ul>",
            "12.40 Uhr: Straße wieder frei\n\nDie Bundesstraße bei Oberhagen ist seit dem Mittag wieder in beiden Richtungen befahrbar.\n\n11.15 Uhr: Baum blockiert Straße\n\nEin umgestürzter Baum liegt auf der Bundesstraße, die Feuerwehr ist schon seit dem Morgen unterwegs.",
        ),
        (
            "English",
            "<p>The council of Oberhagen voted on Tuesday to reopen the outdoor pool after eleven years.</p><p>Read more: <a href=/x>Indoor pool stays closed</a></p><p>Work is due to start in autumn and will cost around three million euros.</p>",
            "The council of Oberhagen voted on Tuesday to reopen the outdoor pool after eleven years.\n\nWork is due to start in autumn and will cost around three million euros.",
        ),
    ] {
        let html = format!(
            "<body><nav><a href=/>Start</a></nav><main><h1>Aus Oberhagen</h1><div class=text>{body}</div></main><footer>Impressum</footer>"
        );
        assert_eq!(page(&html).text, text, "{what}");
    }
}

#[test]
fn lead_stands_apart() {
    let lead = "Nach elf Jahren Stillstand soll in Oberhagen wieder geschwommen werden. Der Rat gibt Geld frei.";
    let first = TEXT.split_once("\n\n").unwrap().0;
    for (what, html, teaser) in [
        (
            "a class",
            format!("<main><h1>Freibad öffnet</h1><p class=intro>{lead}</p>{STORY}</main>"),
            Some(lead),
        ),
        (
            "German",
            format!("<main><h1>Freibad öffnet</h1><div class=Vorspann>{lead}</div>{STORY}</main>"),
            Some(lead),
        ),
        (
            "a heading",
            format!("<main><h1>Freibad öffnet</h1><h2>{lead}</h2>{STORY}</main>"),
            Some(lead),
        ),
        (
            "the first paragraph is bold",
            format!("<main><h1>Freibad öffnet</h1><p><strong>{lead}</strong></p>{STORY}</main>"),
            Some(lead),
        ),
        (
            "what is called a teaser, apart from the story",
            format!(
                "<div><header><h1>Freibad öffnet</h1><p class=article-teaser>{lead}</p></header><div class=article-text>{STORY}</div></div>"
            ),
            Some(lead),
        ),
        (
            "a heading apart from the story",
            format!("<header><h1>Freibad öffnet</h1><h2>{lead}</h2></header><div>{STORY}</div>"),
            Some(lead),
        ),
        (
            "bold",
            format!("<main><h1>Freibad öffnet</h1><div><b>{lead}</b></div>{STORY}</main>"),
            Some(lead),
        ),
        (
            "the description of the page",
            format!(
                "<meta name=description content=\"{lead}\"><main><h1>Freibad öffnet</h1><header><p>{lead}</p></header><div>{STORY}</div></main>"
            ),
            Some(lead),
        ),
        (
            "the description is the first paragraph",
            format!(
                "<meta name=description content=\"{first}\"><main><h1>Freibad öffnet</h1>{STORY}</main>"
            ),
            None,
        ),
        (
            "the lead repeats the first paragraph",
            format!("<main><h1>Freibad öffnet</h1><p class=teaser-text>{first}</p>{STORY}</main>"),
            None,
        ),
    ] {
        let page = page(&html);
        assert_eq!(page.text, TEXT, "{what}");
        assert_eq!(page.teaser.as_deref(), teaser, "{what}");
    }
    // A lead without a story is the story.
    let page = page(&format!(
        "<main><h1>Freibad öffnet</h1><p class=intro>{lead}</p></main>"
    ));
    assert_eq!((page.text.as_str(), page.teaser), (lead, None));
}

#[test]
fn code_has_the_story_where_the_page_has_not() {
    let ld = |body: &str| format!("<script type=\"application/ld+json\">{body}</script>");
    let body = TEXT.replace("\n\n", "\\n\\n");
    let stub = "<body><main><h1>Freibad öffnet</h1><p>Die Gemeinde Oberhagen will ihr Freibad nach elf Jahren wieder öffnen.</p></main>";
    for (what, html, text) in [
        (
            "a stub",
            format!(
                "{}{stub}",
                ld(&format!(
                    "{{\"@type\":\"NewsArticle\",\"headline\":\"Freibad öffnet\",\"articleBody\":\"{body}\"}}"
                ))
            ),
            TEXT,
        ),
        (
            "an empty page",
            format!(
                "{}<body><div id=root></div>",
                ld(&format!(
                    "[{{\"@type\":[\"NewsArticle\"],\"articleBody\":\"{body}\"}}]"
                ))
            ),
            TEXT,
        ),
        (
            "a graph",
            format!(
                "{}<body>",
                ld(&format!(
                    "{{\"@graph\":[{{\"@type\":\"WebPage\"}},{{\"@type\":\"ReportageNewsArticle\",\"articleBody\":\"{body}\"}}]}}"
                ))
            ),
            TEXT,
        ),
        (
            "commas too many",
            format!(
                "{}<body>",
                ld(&format!(
                    "{{\"@type\":\"NewsArticle\",\"articleBody\":\"{body}\",}},"
                ))
            ),
            TEXT,
        ),
        (
            "line feeds in strings",
            format!(
                "{}<body>",
                ld(&format!(
                    "{{\"@type\":\"NewsArticle\",\"articleBody\":\"{TEXT}\"}}"
                ))
            ),
            TEXT,
        ),
        (
            "CDATA",
            format!(
                "{}<body>",
                ld(&format!(
                    "\n//<![CDATA[\n{{\"@type\":\"NewsArticle\",\"articleBody\":\"{body}\"}}\n//]]>\n"
                ))
            ),
            TEXT,
        ),
        (
            "quotes as references",
            format!(
                "{}<body>",
                ld(
                    &format!("{{\"@type\":\"NewsArticle\",\"articleBody\":\"{body}\"}}")
                        .replace('"', "&quot;")
                )
            ),
            TEXT,
        ),
        (
            "markup",
            format!(
                "{}<body>",
                ld(&format!(
                    "{{\"@type\":\"NewsArticle\",\"articleBody\":\"{}\"}}",
                    STORY.replace('\n', "")
                ))
            ),
            TEXT,
        ),
        (
            "JSON that is cut off",
            format!(
                "{}<body>",
                ld(&format!(
                    "{{\"@type\":\"NewsArticle\",\"articleBody\":\"{body}\",\"author\":{{\"name\":"
                ))
            ),
            TEXT,
        ),
        (
            "a ticker",
            format!(
                "{}<body>",
                ld(
                    "{\"@type\":\"LiveBlogPosting\",\"liveBlogUpdate\":[{\"@type\":\"BlogPosting\",\"headline\":\"Straße frei\",\"articleBody\":\"Die Straße bei Oberhagen ist seit dem Mittag wieder in beiden Richtungen frei.\"}]}"
                )
            ),
            "Straße frei\n\nDie Straße bei Oberhagen ist seit dem Mittag wieder in beiden Richtungen frei.",
        ),
        (
            "the state of an application",
            format!(
                "<meta property=og:type content=article><body><div id=__next></div><script id=__NEXT_DATA__ type=application/json>{{\"page\":{{\"title\":\"Freibad öffnet\",\"blocks\":[{}]}}}}</script>",
                TEXT.split("\n\n")
                    .map(|text| format!("{{\"kind\":\"p\",\"text\":\"{text}\"}}"))
                    .collect::<Vec<_>>()
                    .join(",")
            ),
            TEXT,
        ),
        (
            "the page has more than JSON-LD",
            format!(
                "{}<body><main><h1>Freibad öffnet</h1>{STORY}</main>",
                ld(
                    "{\"@type\":\"NewsArticle\",\"articleBody\":\"Die Gemeinde Oberhagen will ihr Freibad nach elf Jahren wieder öffnen.\"}"
                )
            ),
            TEXT,
        ),
        (
            "JSON-LD has a long text of another kind",
            format!("{}<body><main><h1>Freibad öffnet</h1>{STORY}{}</main>", ld(&format!("{{\"@type\":\"NewsArticle\",\"articleBody\":\"{}\"}}", "Alles über die Bäder im Kreis Oberhagen, ihre Preise und ihre Zeiten. ".repeat(10))), (1..20).map(|at| format!("<p>Zum {at}. Mal in diesem Jahr beriet der Rat der Gemeinde Oberhagen darüber, wie es mit dem Bad weitergehen soll.</p>")).collect::<String>()),
            &*format!("{TEXT}{}", (1..20).map(|at| format!("\n\nZum {at}. Mal in diesem Jahr beriet der Rat der Gemeinde Oberhagen darüber, wie es mit dem Bad weitergehen soll.")).collect::<String>()),
        ),
        (
            "a box that JSON-LD does not have",
            format!(
                "{}<body><main><h1>Freibad öffnet</h1>{STORY}<div><p>Wer Hinweise zu diesem Thema hat, kann sich jederzeit bei uns melden.</p></div></main>",
                ld(&format!(
                    "{{\"@type\":\"NewsArticle\",\"articleBody\":\"{body}\"}}"
                ))
            ),
            TEXT,
        ),
    ] {
        assert_eq!(page(&html).text, text, "{what}");
    }
}

#[test]
fn title_is_the_headline() {
    for (what, head, h1, title) in [
        (
            "the heading",
            "",
            "<h1>Freibad öffnet</h1>",
            "Freibad öffnet",
        ),
        (
            "the name of the publisher after a bar",
            "<title>Freibad öffnet | Hagener Bote</title>",
            "",
            "Freibad öffnet",
        ),
        (
            "the name of a section as well",
            "<title>Freibad öffnet | Lokales | Hagener Bote</title>",
            "",
            "Freibad öffnet",
        ),
        (
            "the name of the publisher after a dash",
            "<meta property=og:site_name content=\"Hagener Bote\"><title>Freibad öffnet - Hagener Bote</title>",
            "",
            "Freibad öffnet",
        ),
        (
            "the host after a dash",
            "<title>Freibad öffnet – hagener-bote.example</title>",
            "",
            "Freibad öffnet",
        ),
        (
            "the name of the publisher first",
            "<meta property=og:site_name content=\"Hagener Bote\"><title>Hagener Bote: x</title><meta property=og:title content=\"Hagener Bote | Freibad öffnet\">",
            "",
            "Freibad öffnet",
        ),
        (
            "a dash of the headline",
            "<title>Freibad öffnet - endlich | Hagener Bote</title>",
            "",
            "Freibad öffnet - endlich",
        ),
        (
            "og:title",
            "<meta property=og:title content=\"Freibad öffnet &amp; lockt\"><title>Bote</title>",
            "",
            "Freibad öffnet & lockt",
        ),
        (
            "JSON-LD",
            "<script type=application/ld+json>{\"@type\":\"NewsArticle\",\"headline\":\"Freibad öffnet\"}</script>",
            "",
            "Freibad öffnet",
        ),
        (
            "the logo is a heading, too",
            "<title>Freibad öffnet | Hagener Bote</title>",
            "<h1><a href=/>Hagener Bote</a></h1><h2>Freibad öffnet</h2>",
            "Freibad öffnet",
        ),
        (
            "a kicker in the heading",
            "<meta property=og:title content=\"Oberhagen: Freibad öffnet nach elf Jahren\">",
            "<h1><span>Oberhagen</span><span>Freibad öffnet nach elf Jahren</span></h1>",
            "Oberhagen: Freibad öffnet nach elf Jahren",
        ),
        (
            "another headline for search engines",
            "<title>Schwimmen in Oberhagen: Freibad öffnet nach elf Jahren wieder</title>",
            "<h1>Freibad öffnet nach elf Jahren wieder</h1>",
            "Freibad öffnet nach elf Jahren wieder",
        ),
        (
            "a bar at the end",
            "<title>Freibad öffnet | </title>",
            "",
            "Freibad öffnet",
        ),
        (
            "a trail of links",
            "<title>Freibad öffnet nach elf Jahren</title><meta property=og:title content=\"Endlich: Freibad öffnet wieder\">",
            "<ol class=breadcrumb><li><h1>Freibad öffnet nach elf Jahren</h1></ol><h2>Freibad öffnet wieder</h2>",
            "Freibad öffnet nach elf Jahren",
        ),
        (
            "soft hyphens",
            "",
            "<h1>Frei&shy;bad\n öffnet</h1>",
            "Frei\u{AD}bad öffnet",
        ),
    ] {
        let html = format!("<head>{head}</head><body>{h1}<div>{STORY}</div></body>");
        assert_eq!(page(&html).title.as_deref(), Some(title), "{what}");
    }
}

#[test]
fn date_is_that_of_publication() {
    for (what, head, line, date) in [
        (
            "JSON-LD",
            "<script type=application/ld+json>{\"@type\":\"NewsArticle\",\"datePublished\":\"2024-05-14T18:32:00+02:00\",\"dateModified\":\"2024-05-15\"}</script>",
            "",
            Some("2024-05-14T18:32:00+02:00"),
        ),
        (
            "JSON-LD of the page",
            "<script type=application/ld+json>{\"@type\":\"WebPage\",\"datePublished\":\"2024-05-14\"}</script>",
            "",
            Some("2024-05-14"),
        ),
        (
            "meta",
            "<meta property=article:modified_time content=2024-05-15><meta property=article:published_time content=2024-05-14T18:32>",
            "",
            Some("2024-05-14T18:32"),
        ),
        (
            "meta in Dublin Core",
            "<meta name=DC.date.issued content=2024-05-14>",
            "",
            Some("2024-05-14"),
        ),
        (
            "meta in German",
            "<meta name=date content=\"14. Mai 2024\">",
            "",
            Some("2024-05-14"),
        ),
        (
            "time",
            "",
            "<time datetime=2024-05-14T18:32:00Z>Dienstag</time>",
            Some("2024-05-14T18:32:00Z"),
        ),
        (
            "time without a value",
            "",
            "<time>14.05.2024, 18:32 Uhr</time>",
            Some("2024-05-14T18:32"),
        ),
        (
            "microdata",
            "",
            "<span itemprop=datePublished content=2024-05-14>Dienstag</span>",
            Some("2024-05-14"),
        ),
        (
            "a line",
            "",
            "<p class=meta>Von Jana Kolb</p><p class=date>Dienstag, 14. Mai 2024, 18.32 Uhr</p>",
            Some("2024-05-14T18:32"),
        ),
        (
            "a label and a date",
            "",
            "<div>Veröffentlicht: 14.05.2024 – 18:32 Uhr</div>",
            Some("2024-05-14T18:32"),
        ),
        (
            "the last change, if there is nothing else",
            "<meta http-equiv=last-modified content=\"Tue, 14 May 2024 16:32:00 GMT\">",
            "",
            Some("2024-05-14T16:32:00Z"),
        ),
        ("nothing", "", "<p>Von Jana Kolb</p>", None),
    ] {
        let html = format!(
            "<head>{head}</head><body><main><h1>Freibad öffnet</h1>{line}{STORY}</main><footer><time datetime=2020-01-01>1. Januar</time></footer></body>"
        );
        assert_eq!(page(&html).date.as_deref(), date, "{what}");
    }
    for (what, html) in [
        (
            "above the headline",
            format!("<p>Lokales, 14.05.2024</p><h1>Freibad öffnet</h1>{STORY}"),
        ),
        (
            "after the first paragraph",
            format!(
                "<h1>Freibad öffnet</h1>{}",
                STORY.replacen(
                    "</p>",
                    "</p><div class=author>Redaktion, 14.05.2024</div>",
                    1
                )
            ),
        ),
        (
            "after the story",
            format!("<h1>Freibad öffnet</h1>{STORY}<div>Erstellt am: 14.05.2024</div>"),
        ),
    ] {
        assert_eq!(page(&html).date.as_deref(), Some("2024-05-14"), "{what}");
    }
    let html = format!(
        "<h1>Freibad öffnet</h1>{STORY}<ul class=comments><li>14.05.2024, 10 Uhr: veröffentlicht von Horst</ul>"
    );
    assert_eq!(page(&html).date, None, "a comment");
    let html = format!("<h1>Freibad öffnet</h1>{STORY}");
    let page = extract(
        &html,
        Some("https://hagener-bote.example/2024/05/14/freibad"),
    )
    .unwrap();
    assert_eq!(page.date.as_deref(), Some("2024-05-14"), "the address");
}

#[test]
fn json_ld_of_another_article_is_not_taken() {
    let article = |headline: &str, more: &str| {
        format!(
            "<script type=application/ld+json>{{\"@type\":\"NewsArticle\",\"headline\":\"{headline}\",\"datePublished\":\"2024-05-14\",\"publisher\":{{\"name\":\"Hagener Bote\"}}{more}}}</script>"
        )
    };
    let other = article(
        "Feuer zerstört Scheune in Wetter",
        ",\"url\":\"https://www.hagener-bote.example/lokales/feuer-4712.html\"",
    );
    let own = "https://www.hagener-bote.example/lokales/freibad-oeffnet-4711.html";
    for (what, linked, is_taken) in [
        (
            "the same headline",
            article("Freibad öffnet wieder", ""),
            true,
        ),
        (
            "another headline",
            article("Feuer zerstört Scheune in Wetter", ""),
            false,
        ),
        ("another headline and address", other.clone(), false),
        (
            "one for search engines",
            article("Oberhagen: Nach elf Jahren öffnet das Bad", ""),
            true,
        ),
        (
            "another headline, but the same address",
            article(
                "Elf Jahre Stillstand sind zu Ende",
                &format!(",\"mainEntityOfPage\":{{\"@id\":\"{own}?a=1\"}}"),
            ),
            true,
        ),
        (
            "a headline with a word in common, and another address",
            article(
                "Freibad: Feuer zerstört Umkleiden",
                ",\"url\":\"/lokales/feuer-4712.html\"",
            ),
            false,
        ),
        (
            "a headline with a word in common, and the address of the site",
            article(
                "Oberhagen hat sein Freibad wieder",
                ",\"url\":\"https://www.hagener-bote.example/\"",
            ),
            true,
        ),
        (
            "the own one after another",
            format!("{other}{}", article("Freibad öffnet wieder", "")),
            true,
        ),
        (
            "damaged, of another",
            article("Feuer zerstört Scheune in Wetter", ",\"image\":[}"),
            false,
        ),
    ] {
        let html = format!(
            "<head><title>Freibad öffnet wieder | Bote</title>{linked}</head><body><h1>Freibad öffnet wieder</h1>{STORY}"
        );
        let page = page(&html);
        assert_eq!(page.text, TEXT, "{what}");
        assert_eq!(
            page.title.as_deref(),
            Some("Freibad öffnet wieder"),
            "{what}"
        );
        assert_eq!(page.date.is_some(), is_taken, "date: {what}");
        assert!(!page.url.is_some_and(|url| url.contains("feuer")), "{what}");
        if !linked.contains("[}") {
            assert_eq!(page.site.is_some(), is_taken, "publisher: {what}");
        }
    }
}

#[test]
fn address_and_publisher_are_found_in_other_places() {
    let md = "<span itemprop=publisher itemscope itemtype=https://schema.org/Organization><img itemprop=logo src=l.png><meta itemprop=name content=\"Hagener Bote\"></span>";
    for (what, head, body, url, site) in [
        (
            "microdata with a link",
            "",
            format!("{md}<link itemprop=mainEntityOfPage href=https://bote.example/md>"),
            Some("https://bote.example/md"),
            Some("Hagener Bote"),
        ),
        (
            "microdata with an id, and a publisher who is shown",
            "",
            "<meta itemscope itemprop=mainEntityOfPage itemtype=https://schema.org/WebPage itemid=https://bote.example/id><div itemprop=\"publisher\" itemscope><b itemprop=name>Hagener\n Bote</b></div>".into(),
            Some("https://bote.example/id"),
            Some("Hagener Bote"),
        ),
        (
            "microdata, but the page says it otherwise, too",
            "<link rel=canonical href=https://bote.example/canonical><meta property=og:site_name content=Bote>",
            format!("{md}<link itemprop=mainEntityOfPage href=https://bote.example/md>"),
            Some("https://bote.example/canonical"),
            Some("Bote"),
        ),
        (
            "a relative address and a base",
            "<base href=https://bote.example/lokales/><link rel=canonical href=freibad.html>",
            String::new(),
            Some("https://bote.example/lokales/freibad.html"),
            None,
        ),
        (
            "a relative address without a base",
            "<link rel=canonical href=/lokales/freibad.html>",
            String::new(),
            None,
            None,
        ),
        (
            "a relative address in a page that a browser has saved",
            "<!-- saved from url=(0027)https://bote.example/a/b.html --><link rel=canonical href=/freibad.html>",
            String::new(),
            Some("https://bote.example/freibad.html"),
            None,
        ),
        (
            "a page that SingleFile has saved",
            "<!--\n Page saved with SingleFile \n url: https://bote.example/freibad \n saved date: Mon May 06 2024\n-->",
            String::new(),
            Some("https://bote.example/freibad"),
            None,
        ),
        (
            "a capture",
            "<link rel=canonical href=https://web.archive.org/web/20240506080000/https://bote.example/freibad>",
            String::new(),
            Some("https://bote.example/freibad"),
            None,
        ),
    ] {
        let html = format!("<head><title>Freibad öffnet</title>{head}</head><body><h1>Freibad öffnet</h1>{body}{STORY}");
        let page = extract(&html, None).unwrap_or_else(|| panic!("no story: {what}"));
        assert_eq!(page.text, TEXT, "{what}");
        assert_eq!(page.url.as_deref(), url, "{what}");
        assert_eq!(page.site.as_deref(), site, "{what}");
    }
}

#[test]
fn language_address_and_publisher_are_read() {
    let html = format!(
        "<html lang=de_at><head><link rel=canonical href=/lokales/4711><meta property=og:site_name content=\"Hagener Bote\"></head><body><h1>Freibad öffnet</h1>{STORY}"
    );
    let found = page(&html);
    assert_eq!(found.language.as_deref(), Some("de-AT"));
    assert_eq!(
        found.url.as_deref(),
        Some("https://www.hagener-bote.example/lokales/4711")
    );
    assert_eq!(found.site.as_deref(), Some("Hagener Bote"));
    let html = format!(
        "<head><script type=application/ld+json>{{\"@type\":\"Article\",\"inLanguage\":\"de\",\"publisher\":{{\"name\":\"Bote\"}},\"mainEntityOfPage\":{{\"@id\":\"https://bote.example/a\"}}}}</script></head><body><h1>Freibad öffnet</h1>{STORY}"
    );
    let found = page(&html);
    assert_eq!(
        (found.language.as_deref(), found.site.as_deref()),
        (Some("de"), Some("Bote"))
    );
    assert_eq!(found.url.as_deref(), Some("https://bote.example/a"));
}

#[test]
fn short_notice_is_a_story() {
    let notice = "Die Bahnstrecke nach Oberhagen ist seit dem Morgen wieder frei.";
    let menu = "<nav><a href=/>Start</a> <a href=/sport>Sport</a></nav>";
    for html in [
        format!("<h1>Strecke frei</h1><p>{notice}</p>"),
        format!("<title>Strecke frei</title>{menu}<article><p>{notice}</p></article>"),
        format!("<title>Strecke frei</title>{menu}<main><p>{notice}</p></main>"),
        format!("<html><body><p>{notice}</p></body></html>"),
        format!(
            "<article><h1>Adblocker: Verlage verlieren vor Gericht</h1><p>{notice}</p></article>"
        ),
        format!("<article><h1>Wartungsarbeiten legen Bahnhof lahm</h1><p>{notice}</p></article>"),
        format!(
            "<meta property=og:type content=website><article><h1>Strecke frei</h1><p>{notice}</p></article>"
        ),
        format!(
            "<script type=application/ld+json>[{{\"@type\":\"NewsArticle\",\"headline\":\"Strecke frei\"}},{{\"@type\":\"Product\",\"name\":\"Abonnement\"}}]</script><article><h1>Strecke frei</h1><p>{notice}</p></article>"
        ),
    ] {
        let found = extract(&html, None).map(|page| page.text);
        assert_eq!(found.as_deref(), Some(notice), "{html}");
    }
}

#[test]
fn page_without_a_story_is_none() {
    let cards = |heading: &str| {
        (1..=9)
            .map(|at| format!("<article><h3>{}</h3><p>Der Rat der Gemeinde hat am Dienstag zum {at}. Mal über das Freibad beraten.</p><a href=/{at}>Weiterlesen</a></article>", heading.replace('#', &at.to_string())))
            .collect::<String>()
    };
    for (what, url, html) in [
        ("nothing", "https://bote.example/a", String::new()),
        ("only a menu", "https://bote.example/a", "<title>Bote</title><nav><a href=/>Start</a></nav><h1>Bote</h1><footer>Impressum</footer>".to_owned()),
        ("a start page", "https://bote.example/", format!("<title>Hagener Bote</title><h1>Hagener Bote</h1>{}", cards("<a href=/#>Freibad öffnet bald wieder, Folge #</a>"))),
        ("a section", "https://bote.example/lokales/", format!("<title>Lokales</title><h1>Lokales</h1><p>Alle Nachrichten aus Oberhagen und den Orten der Umgebung auf einen Blick.</p>{}", cards("<a href=/#>Freibad öffnet bald wieder, Folge #</a>"))),
        ("a section whose headings are no links", "https://bote.example/lokales/", format!("<title>Lokales</title><h1>Lokales</h1><div>{}</div>", cards("Freibad öffnet bald wieder, Folge #"))),
        ("a section whose teasers are links", "https://bote.example/lokales/", format!("<title>Lokales</title><h1>Lokales</h1>{}", "<a href=/x><h3>Freibad öffnet</h3><p>Der Rat der Gemeinde hat am Dienstag über das Freibad beraten.</p></a>".repeat(9))),
        ("an error", "https://bote.example/weg", "<title>Seite nicht gefunden | Bote</title><h1>Seite nicht gefunden</h1><p>Die Seite, die Sie suchen, gibt es leider nicht mehr. Bitte nutzen Sie die Suche.</p>".to_owned()),
        ("another error", "https://bote.example/weg", "<title>404</title><h1>404</h1><p>Die Seite, die Sie suchen, gibt es leider nicht mehr. Bitte nutzen Sie die Suche.</p>".to_owned()),
        ("a login", "https://bote.example/konto", "<title>Mein Konto</title><h1>Mein Konto</h1><p>Bitte geben Sie Ihre Adresse und Ihr Passwort ein, um Ihre Artikel zu lesen.</p><form><input type=email><input type=password></form>".to_owned()),
        ("a check for robots", "https://bote.example/a", "<title>Just a moment...</title><h1>bote.example</h1><p>Verify you are human by completing the action below, this may take a few seconds.</p>".to_owned()),
        ("a wall for consent", "https://bote.example/a", format!("<title>Freibad öffnet</title><div class=consent-wall>{}</div>", "<p>Wir und unsere Partner speichern Informationen auf Ihrem Gerät, um Anzeigen zu messen.</p>".repeat(8))),
        ("an imprint", "https://bote.example/impressum", "<title>Impressum</title><article><h1>Impressum</h1><p>Bote Verlag GmbH, Uferstraße 4, 31789 Oberhagen, vertreten durch Renate Vogt.</p></article>".to_owned()),
        ("works on the server", "https://bote.example/a", "<title>Wartungsarbeiten</title><main><h1>Wartungsarbeiten</h1><p>Der Bote ist wegen Arbeiten an seinen Servern kurz nicht zu erreichen.</p></main>".to_owned()),
        ("a fault of the server", "https://bote.example/a", "<title>Es ist ein Fehler aufgetreten</title><main><h1>Es ist ein Fehler aufgetreten</h1><p>Ihre Anfrage konnte nicht verarbeitet werden, versuchen Sie es bitte später.</p></main>".to_owned()),
        ("a blocker of advertisements", "https://bote.example/a", "<title>Freibad öffnet</title><main><h1>Adblocker erkannt</h1><p>Bitte schalten Sie Ihren Adblocker aus, denn Werbung bezahlt unsere Arbeit.</p></main>".to_owned()),
        ("a story that is sold", "https://bote.example/a", "<title>Freibad öffnet</title><article><h1>Freibad öffnet</h1><p>Diesen Artikel können Sie nur mit einem Abonnement des Boten lesen, das Sie jederzeit kündigen können.</p></article>".to_owned()),
        ("a product", "https://bote.example/shop/kalender", "<title>Kalender</title><meta property=og:type content=product.item><main><h1>Kalender</h1><p>Der Kalender des Boten zeigt zwölf Ansichten von Oberhagen im Wandel der Jahreszeiten.</p></main>".to_owned()),
        ("a member of the staff", "https://bote.example/autor/vogt", "<title>Renate Vogt</title><script type=application/ld+json>{\"@type\":\"ProfilePage\",\"mainEntity\":{\"@type\":\"Person\",\"name\":\"Renate Vogt\"}}</script><main><h1>Renate Vogt</h1><p>Renate Vogt schreibt seit dem Jahr 2011 für den Boten über die Dörfer im Umland.</p></main>".to_owned()),
        ("a forum", "https://bote.example/forum/7", "<title>Freibad</title><script type=application/ld+json>{\"@type\":\"DiscussionForumPosting\",\"headline\":\"Freibad\"}</script><main><h1>Freibad</h1><p>Ich war gestern mit den Kindern da, und das Wasser war wirklich schön warm.</p></main>".to_owned()),
        ("a list of results", "https://bote.example/suche?q=freibad", format!("<title>Suchergebnisse</title><h1>Suchergebnisse</h1>{}", cards("<a href=/#>Freibad öffnet bald wieder, Folge #</a>"))),
    ] {
        assert_eq!(extract(&html, Some(url)), None, "{what}");
    }
}

#[test]
fn fragment_is_all_story() {
    for (what, html, text) in [
        (
            "paragraphs",
            "<p>Berlin (dpa) - Der Bundestag hat am Abend getagt.</p><p>Mehr nicht.</p>",
            "Berlin (dpa) - Der Bundestag hat am Abend getagt.\n\nMehr nicht.",
        ),
        (
            "short and linked",
            "<p><a href=/a>Mehr zum Thema</a></p><p>Ja.</p>",
            "Mehr zum Thema\n\nJa.",
        ),
        (
            "a section of an agency",
            "<section class=\"related\"><h2>Notizblock</h2><p>Orte: Ulm</p></section>",
            "Notizblock\n\nOrte: Ulm",
        ),
        (
            "no markup",
            "R&amp;D in Ulm\nund Kiel",
            "R&D in Ulm\nund Kiel",
        ),
        ("breaks", "Eins<br>zwei<br/><br/>drei", "Eins\nzwei\n\ndrei"),
        (
            "captions, scripts, styles",
            "<figure><img src=a><figcaption>Foto: Kolb</figcaption></figure><style>p{}</style><p>Text</p><script>1</script>",
            "Text",
        ),
        (
            "lists and tables",
            "<ol><li>Eins</li><li>Zwei</li></ol><table><tr><td>A</td><td>1</td></tr><tr><td>B</td><td>2</td></tr></table>",
            "Eins\nZwei\n\nA 1\nB 2",
        ),
        (
            "preformatted",
            "<pre>Zeile eins\n  Zeile zwei</pre>",
            "Zeile eins\nZeile zwei",
        ),
        (
            "inline elements",
            "<p>Das <b>ist</b> H<sub>2</sub>O, <q>klar</q>.</p>",
            "Das ist H2O, \"klar\".",
        ),
        (
            "a whole page",
            "<html><head><title>T</title></head><body><p>Text</p></body></html>",
            "Text",
        ),
        ("nothing", "", ""),
    ] {
        assert_eq!(fragment(html), text, "{what}");
    }
}

/// Pages that are meant to break things: each takes well below a second in a release build.
#[test]
fn hostile_pages_do_no_harm() {
    let story = format!("<h1>Freibad öffnet</h1>{STORY}");
    for (what, html) in [
        ("nested", format!("{}{story}", "<div>".repeat(100_000))),
        (
            "nested with an end",
            format!(
                "{}{story}{}",
                "<div>".repeat(100_000),
                "</div>".repeat(100_000)
            ),
        ),
        (
            "nested inline",
            format!("<p>{}{story}", "<b><i><font>".repeat(50_000)),
        ),
        (
            "nested lists",
            format!("{}{story}", "<ul><li>".repeat(50_000)),
        ),
        (
            "nested tables",
            format!("{}{story}", "<table><tr><td>".repeat(50_000)),
        ),
        (
            "nested quotations in a story",
            format!(
                "{story}{}",
                "<blockquote><p>Ja, das ist ein ganzer Satz. ".repeat(20_000)
            ),
        ),
        (
            "nested suspects",
            format!("{story}{}", "<aside class=comments>".repeat(50_000)),
        ),
        (
            "end tags of nothing",
            format!("{}{story}", "</div></p></x></a>".repeat(50_000)),
        ),
        (
            "a comment without an end",
            format!("{story}<!-- {}", "<p>".repeat(100_000)),
        ),
        (
            "comments without an end",
            format!("{story}{}", "<!--".repeat(100_000)),
        ),
        (
            "a script without an end",
            format!("{story}<script>{}", "</scrip>".repeat(100_000)),
        ),
        (
            "titles without an end",
            format!("{story}{}", "<title><textarea>".repeat(50_000)),
        ),
        (
            "quotes without an end",
            format!("{story}{}", "<a b=\"x".repeat(50_001)),
        ),
        (
            "both quotes without an end",
            format!("{story}{}", "<a b='x\" c=\"".repeat(50_000)),
        ),
        (
            "a tag without an end",
            format!("{story}<a {}", "b ".repeat(200_000)),
        ),
        (
            "many attributes",
            format!("<div {}>{story}</div>", "a=b ".repeat(200_000)),
        ),
        (
            "a long attribute",
            format!(
                "<div class=\"{}\">{story}{}</div>",
                "comment ".repeat(50_000),
                "x<br><br>".repeat(20_000)
            ),
        ),
        (
            "a long class on every block",
            format!(
                "{story}{}",
                format!(
                    "<p class=\"{}\">Ein Satz, der lang genug ist, um als Absatz zu gelten.</p>",
                    "x".repeat(1000)
                )
                .repeat(500)
            ),
        ),
        (
            "only less-than signs",
            format!("{story}{}", "<".repeat(500_000)),
        ),
        ("references", format!("{story}<p>{}", "&".repeat(200_000))),
        (
            "zero bytes",
            format!(
                "\0{}",
                story.replace("<p>", "\0<p>\0").replace("</p>", "\0</p>")
            ),
        ),
        (
            "words without an end",
            format!("{story}<p>{}", "x".repeat(500_000)),
        ),
        (
            "headings",
            format!("{story}{}", "<h2>Freibad öffnet nicht</h2>".repeat(20_000)),
        ),
        (
            "nested JSON",
            format!(
                "<script type=application/ld+json>{}</script>{story}",
                "[".repeat(200_000)
            ),
        ),
        (
            "long JSON",
            format!(
                "<script type=application/ld+json>[{}]</script>{story}",
                "{\"@type\":\"NewsArticle\"},".repeat(20_000)
            ),
        ),
        (
            "blocks of JSON",
            format!(
                "{}{story}",
                "<script type=application/ld+json>{\"@type\":\"Article\",\"x</script>"
                    .repeat(5_000)
            ),
        ),
        (
            "a long body in JSON-LD and many paragraphs",
            format!(
                "<script type=application/ld+json>{{\"@type\":\"NewsArticle\",\"articleBody\":\"{}\"}}</script>{story}{}",
                "Ein Satz, der lang genug ist. ".repeat(30_000),
                "<p>Ein anderer Satz, der lang genug ist.</p>".repeat(30_000)
            ),
        ),
        (
            "nested times",
            format!("{story}{}", "<time>".repeat(100_000)),
        ),
    ] {
        let start = std::time::Instant::now();
        let found = extract(&html, Some("https://bote.example/a"));
        let seconds = start.elapsed().as_secs_f64();
        assert!(seconds < 5.0, "{what}: {seconds} seconds");
        if let Some(found) = found {
            assert!(!found.text.is_empty(), "{what}");
        }
        fragment(&html);
    }
    let zero = format!(
        "<h1>Freibad\0 öffnet</h1>{}",
        STORY.replace("Gemeinde", "Ge\0meinde")
    );
    assert!(!page(&zero).text.contains('\0'));
}

#[test]
fn any_bytes_are_read() {
    let pieces = [
        "<",
        ">",
        "</",
        "p",
        "div",
        "\"",
        "'",
        "=",
        "!--",
        "-->",
        "<p>",
        "</p>",
        "<a href=\"",
        "<script>",
        "</script>",
        "&amp;",
        "&#",
        ";",
        "ä",
        "\u{1F600}",
        "\0",
        " ",
        "\n",
        "<td>",
        "<![CDATA[",
        "]]>",
        "<title>",
        "class=comment ",
        "Ein ganzer Satz mit vielen Worten. ",
    ];
    let mut seed = 7_u64;
    for _ in 0..3000 {
        let mut html = String::new();
        for _ in 0..60 {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            html.push_str(pieces[usize::try_from(seed >> 33).unwrap() % pieces.len()]);
        }
        let once = extract(&html, None);
        assert_eq!(once, extract(&html, None), "{html}");
        fragment(&html);
    }
}

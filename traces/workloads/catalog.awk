# Writes a catalog as XML: elements, attributes and texts of many lengths.
BEGIN {
    if (!books)
        books = 700
    print "<catalog xmlns:n=\"http://example.org/n\">"
    for (i = 1; i <= books; i++) {
        printf " <book id=\"b%d\" n:shelf=\"%d\">\n", i, i * 7919 % 97
        printf "  <title>%s number %d</title>\n", i % 3 ? "A story" : "An atlas", i
        for (a = 0; a <= i % 3; a++)
            printf "  <author>Author %d</author>\n", (i * 31 + a * 7) % 113
        text = ""
        for (w = 0; w < i * 17 % 23; w++)
            text = text "word" (i * w) % 1009 " "
        printf "  <price>%d.%02d</price>\n  <text>%s</text>\n </book>\n", \
            i % 50, i % 100, text
    }
    print "</catalog>"
}

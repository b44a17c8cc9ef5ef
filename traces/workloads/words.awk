# Counts words and pairs of words of its input and prints the most frequent.
{
    previous = ""
    for (i = 1; i <= NF; i++) {
        word = tolower($i)
        gsub(/[^a-z]/, "", word)
        if (word == "")
            continue
        count[word]++
        if (previous != "")
            pairs[previous " " word]++
        previous = word
    }
}
END {
    for (pair in pairs)
        if (pairs[pair] > 2)
            kept[pair] = sprintf("%05d %s", pairs[pair], pair)
    n = asort(kept)
    for (i = n; i > n - 10 && i > 0; i--)
        print kept[i]
    print length(count), length(pairs)
}

# Writes a text of made-up words, frequent and rare ones, to be counted.
BEGIN {
    split("ka lo mi ren tas vor pel dun sha bri con est", syllables)
    state = 11
    for (line = 1; line <= 320; line++) {
        text = ""
        for (w = 0; w < 4 + line % 9; w++) {
            state = (state * 16807) % 2147483647
            n = state % 8 ? state % 61 : state % 2003
            word = ""
            do {
                word = word syllables[1 + n % 12]
                n = int(n / 12)
            } while (n > 0)
            text = text (w ? " " : "") (w % 11 ? word : toupper(word) ",")
        }
        print text
    }
}

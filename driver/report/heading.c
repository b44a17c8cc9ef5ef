/*
 * heading.c -- long column heads, broken over several lines.
 *
 * Greedy: a word joins the line before it where it fits.
 */
#include "driver/report/heading.h"

#include <stdio.h>
#include <string.h>

#include "driver/report/text.h"

/* Bytes of the word at name: up to and with the next place to break. */
static size_t word_bytes(const char *name)
{
    size_t length = strcspn(name, "-:,=");
    return name[length] == '\0' ? length : length + 1;
}

/* The next word, no wider than a column, as a text of its own. */
static void copy_word(const char *name, char *word, size_t room)
{
    char whole[256];
    snprintf(whole, sizeof(whole), "%.*s", (int)word_bytes(name), name);
    name_shorten(whole, HEADING_WIDTH, word, room);
}

static size_t widest_word(const char *name, size_t least)
{
    char word[4 * HEADING_WIDTH + 1];
    size_t widest = least;
    for (; *name != '\0'; name += word_bytes(name)) {
        copy_word(name, word, sizeof(word));
        size_t width = name_width(word);
        widest = width > widest ? width : widest;
    }
    return widest;
}

/* Opens a line; of too many the last but one gives way to "..". */
static char *open_line(struct heading *heading)
{
    if (heading->n_lines == HEADING_LINES) {
        strcpy(heading->lines[HEADING_LINES - 2], "..");
        heading->n_lines--;
    }
    char *line = heading->lines[heading->n_lines++];
    line[0] = '\0';
    return line;
}

struct heading heading_break(const char *name, size_t least_width)
{
    struct heading heading = {.width = widest_word(name, least_width)};
    char *line = open_line(&heading);
    for (; *name != '\0'; name += word_bytes(name)) {
        char word[4 * HEADING_WIDTH + 1];
        copy_word(name, word, sizeof(word));
        if (line[0] != '\0' &&
            name_width(line) + name_width(word) > heading.width) {
            line = open_line(&heading);
        }
        strncat(line, word, sizeof(heading.lines[0]) - strlen(line) - 1);
    }
    return heading;
}

const char *heading_line(const struct heading *heading, size_t line,
                         size_t n_lines)
{
    size_t above = n_lines - heading->n_lines;
    return line < above ? "" : heading->lines[line - above];
}

/*
 * terminal.c -- how a stream wants to be written to.
 *
 * NO_COLOR: https://no-color.org -- set and not empty means no colour, unless
 * the user asked for it in so many words.
 */
#include "driver/report/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Narrower tables would be unreadable; wider rows are lost by the eye. */
#define LEAST_COLUMNS 60
#define MOST_COLUMNS  200

int colour_parse(const char *word, enum colour_choice *choice)
{
    static const char *const words[] = {
        [COLOUR_AUTO] = "auto",
        [COLOUR_ALWAYS] = "always",
        [COLOUR_NEVER] = "never",
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(word, words[i]) == 0) {
            *choice = (enum colour_choice)i;
            return 0;
        }
    }
    return -1;
}

static bool environment_set(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0';
}

static bool colour_wanted(FILE *out, enum colour_choice choice)
{
    if (choice != COLOUR_AUTO) {
        return choice == COLOUR_ALWAYS;
    }
    const char *kind = getenv("TERM");
    return isatty(fileno(out)) && !environment_set("NO_COLOR") &&
           kind != NULL && strcmp(kind, "dumb") != 0;
}

static unsigned columns_of(FILE *out)
{
    if (environment_set("COLUMNS")) {
        unsigned long columns = strtoul(getenv("COLUMNS"), NULL, 10);
        if (columns > 0 && columns <= 10000) {
            return (unsigned)columns;
        }
    }
    struct winsize size = {0};
    if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        return size.ws_col;
    }
    return 80;
}

void terminal_fit(FILE *out, enum colour_choice choice,
                  struct report_style *style)
{
    unsigned columns = columns_of(out);
    columns = columns < LEAST_COLUMNS ? LEAST_COLUMNS : columns;
    style->columns = columns > MOST_COLUMNS ? MOST_COLUMNS : columns;
    style->colour = colour_wanted(out, choice);
}

/*
 * terminal.h -- how a stream wants to be written to.
 */
#ifndef DRIVER_REPORT_TERMINAL_H
#define DRIVER_REPORT_TERMINAL_H

#include <stdio.h>

#include "driver/report/report.h"

enum colour_choice {
    COLOUR_AUTO, /* on a terminal that can, unless NO_COLOR is set */
    COLOUR_ALWAYS,
    COLOUR_NEVER
};

/*
 * Parses "auto", "always" or "never".  Returns 0, or -1 for another word.
 */
int colour_parse(const char *word, enum colour_choice *choice);

/*
 * Sets columns and colour of style for out: the width of the terminal, or 80
 * where it is none; the environment variable COLUMNS has the last word.
 */
void terminal_fit(FILE *out, enum colour_choice choice,
                  struct report_style *style);

#endif

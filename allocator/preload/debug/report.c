/*
 * report.c -- lines on standard error, coloured on a terminal (report.h).
 */
#include "allocator/preload/debug/report.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "allocator/preload/debug/place.h"
#include "allocator/preload/debug/symbols.h"
#include "allocator/preload/message.h"
#include "allocator/preload/settings.h"

#define HEAP_TOLD ((size_t)0x1000) /* where the heap begins, with a seed */

enum colour { RED, GREEN, DIM, PLAIN };

static const char *colour(enum colour wanted)
{
    static const char *const codes[] = {"\33[1;31m", "\33[32m", "\33[2m",
                                        "\33[0m"};
    return !settings.no_colour && isatty(STDERR_FILENO) ? codes[wanted] : "";
}

const char *report_address(const void *address, char text[REPORT_ADDRESS])
{
    size_t offset;
    bool ours = place_offset(address, &offset);
    if (!settings.seeded) {
        snprintf(text, REPORT_ADDRESS, "0x%jx", (uintmax_t)(uintptr_t)address);
    } else if (ours) {
        snprintf(text, REPORT_ADDRESS, "0x%zx", HEAP_TOLD + offset);
    } else {
        snprintf(text, REPORT_ADDRESS, "(elsewhere)");
    }
    return text;
}

const char *report_block(const struct record *record, char text[80])
{
    char address[REPORT_ADDRESS];
    snprintf(text, 80, "the block of %zu bytes at %s", record->size,
             report_address(record->payload, address));
    return text;
}

/* ---- call stacks --------------------------------------------------------- */

struct telling {
    const char *heading; /* of the first line */
    bool done;           /* main was told: what called it says nothing */
};

static void tell_frame(void *context, const char *function, const char *place)
{
    struct telling *telling = context;
    if (!telling->done) {
        message_tell("  %-9s  %-24s%s%s\n", telling->heading, function,
                     *place != '\0' ? " " : "", place);
    }
    telling->heading = "";
    telling->done |= strcmp(function, "main") == 0;
}

static void tell_stack(const char *heading, const struct stack *stack)
{
    struct telling telling = {.heading = heading};
    for (unsigned i = 0; i < stack->n && !telling.done; i++) {
        symbols_name(stack->frames[i], tell_frame, &telling);
    }
    if (stack->n == 0) {
        message_tell("  %-9s  (unknown)\n", heading);
    }
}

static void tell_history(const struct record *block)
{
    struct stack stack;
    if (!block->live) {
        stack_get(block->freed, &stack);
        tell_stack("freed", &stack);
    }
    stack_get(block->allocated, &stack);
    tell_stack("allocated", &stack);
}

void report_tell(const struct report *report)
{
    char address[REPORT_ADDRESS];
    message_tell("%serror: %s detected at %s%s\n  %s\n", colour(RED),
                 report->what, report_address(report->address, address),
                 colour(PLAIN), report->text);
    symbols_open();
    if (report->now != NULL) {
        tell_stack("now", report->now);
    }
    if (report->block != NULL) {
        tell_history(report->block);
    }
    symbols_close();
}

void report_argument(const char *function, const char *text,
                     const struct stack *now)
{
    message_tell("%serror: invalid argument of %s%s\n  %s\n", colour(RED),
                 function, colour(PLAIN), text);
    symbols_open();
    tell_stack("now", now);
    symbols_close();
}

/* ---- dumps --------------------------------------------------------------- */

static char lines[MESSAGE_LONGEST + 1];
static size_t lines_length;

void report_dump_end(void)
{
    if (lines_length != 0) {
        message_tell("%s", lines);
        lines_length = 0;
    }
}

void report_dump_line(const struct record *record)
{
    char address[REPORT_ADDRESS], line[128];
    size_t length =
        (size_t)snprintf(line, sizeof line, "%s[BLOCK %s %zu %s]%s\n",
                         colour(record->live ? GREEN : DIM),
                         report_address(record->payload, address), record->size,
                         record->live ? "USED" : "FREE", colour(PLAIN));
    if (lines_length + length >= sizeof lines) {
        report_dump_end();
    }
    memcpy(lines + lines_length, line, length + 1);
    lines_length += length;
}

/*
 * command.c -- one loop over getopt, one way to say things.
 */
#include "driver/command/command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "driver/trace/sink.h"

enum { TEXT_BYTES = 700 };

/* ---- words --------------------------------------------------------------- */

__attribute__((format(printf, 2, 0))) static void begin_line(
    const struct command *command, const char *format, va_list arguments)
{
    fprintf(stderr, "%s: ", command->name);
    vfprintf(stderr, format, arguments);
}

void command_say(const struct command *command, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    begin_line(command, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

int command_refuse(const struct command *command, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    begin_line(command, format, arguments);
    va_end(arguments);
    fprintf(stderr, " (see %s --help)\n", command->name);
    return COMMAND_USAGE;
}

int command_complain(const struct command *command, const char *expected,
                     const char *got)
{
    return command_refuse(command, "expected %s, got \"%s\"", expected, got);
}

int command_fail(const struct command *command, const struct trace_error *error)
{
    char text[TEXT_BYTES];
    command_say(command, "%s", trace_format_error(error, text, sizeof text));
    return COMMAND_USAGE;
}

/* ---- the command line ---------------------------------------------------- */

static int take(const struct command *command, int option, const char *word,
                void *request)
{
    switch (option) {
    case 'h':
        puts(command->help);
        return command_flush(command) == 0 ? COMMAND_HELP : COMMAND_USAGE;
    case ':':
        return command_complain(command, "a value behind the option", word);
    case '?': return command_complain(command, "an option", word);
    default: break;
    }
    const char *expected = command->take(option, request);
    return expected == NULL ? COMMAND_GO_ON
                            : command_complain(command, expected, optarg);
}

int command_read_options(const struct command *command, int argc, char **argv,
                         void *request)
{
    int option;
    int stop = COMMAND_GO_ON;
    optind = 0; /* begins anew, whatever was read before */
    opterr = 0;
    while (stop == COMMAND_GO_ON &&
           (option = getopt_long(argc, argv, command->letters, command->options,
                                 NULL)) != -1) {
        stop = take(command, option, argv[optind - 1], request);
    }
    return stop;
}

int command_read_operand(const struct command *command, int argc, char **argv,
                         const char *one, const char *one_only,
                         const char **operand)
{
    if (optind == argc) {
        return command_complain(command, one, "");
    }
    if (optind + 1 < argc) {
        return command_complain(command, one_only, argv[optind + 1]);
    }
    *operand = argv[optind];
    return COMMAND_GO_ON;
}

int command_check_output(const struct command *command, const char *path)
{
    struct trace_error error;
    return sink_check(path, &error) == 0 ? COMMAND_GO_ON
                                         : command_fail(command, &error);
}

int command_flush(const struct command *command)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) {
        return 0;
    }
    command_say(command, "standard output: %s", strerror(errno));
    return COMMAND_USAGE;
}

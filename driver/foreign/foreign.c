/*
 * foreign.c -- which format it is, then line by line.
 *
 * A format is recognized by trying: the first line that a reader takes, on a
 * log that is thrown away, decides.  The strictest are asked first.
 */
#include "driver/foreign/foreign.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/foreign/formats.h"
#include "driver/trace/line_reader.h"

static const struct foreign_format rep = {"rep", NULL};

const struct foreign_format *const foreign_formats[] = {
    &rep,
    &foreign_mtrace,
    &foreign_memory_replay,
    &foreign_logalloc,
    &foreign_ltrace,
    NULL,
};

const struct foreign_format *foreign_find(const char *name)
{
    for (int i = 0; foreign_formats[i] != NULL; i++) {
        if (strcmp(foreign_formats[i]->name, name) == 0) {
            return foreign_formats[i];
        }
    }
    return NULL;
}

/* ---- lines ------------------------------------------------------------- */

static void log_open(struct foreign_log *log,
                     const struct foreign_options *options,
                     struct foreign_report *report)
{
    *log = (struct foreign_log){
        .options = options,
        .report = report,
        .builder = {.dialect = DIALECT_EXTENDED},
        .pid = options->pid,
        .has_pid = options->has_pid,
    };
}

static void log_close(struct foreign_log *log)
{
    address_builder_discard(&log->builder);
    address_map_free(&log->threads);
    free(log->suspended);
}

/*
 * Takes the next line off a text of whole lines: without its end, and without
 * blanks where it has nothing else.
 */
static void take_line(struct line *line, const char **text, const char *end)
{
    const char *feed = memchr(*text, '\n', (size_t)(end - *text));
    line->at = *text;
    line->end = feed > *text && feed[-1] == '\r' ? feed - 1 : feed;
    line->number++;
    *text = feed + 1;
    const char *start = line->at;
    line_skip_blanks(line);
    line->at = line->at == line->end ? line->end : start;
}

static bool is_blank(const struct line *line)
{
    return line->at == line->end;
}

/* Without words from a reader it is a matter of size or of memory. */
static int fail(struct line *line)
{
    struct trace_error *error = line->error;
    if (error->message[0] == '\0') {
        bool size = errno == EOVERFLOW;
        snprintf(error->message, sizeof error->message, "expected %s, got %s",
                 size ? "a block of at most 2^47 bytes"
                      : "a trace that can be held",
                 size ? "a larger one" : strerror(errno));
        error->line = line->number;
    }
    return -1;
}

/* ---- recognition ------------------------------------------------------- */

static bool is_digits(const struct line *line)
{
    struct line rest = *line;
    while (line_at_digit(&rest)) {
        rest.at++;
    }
    line_skip_blanks(&rest);
    return line_at_digit(line) && rest.at == rest.end;
}

/* The mark, a number of a header, or an operation; no comment. */
static bool is_rep_line(const struct line *line)
{
    struct line rest = *line;
    (void)line_accept(&rest, "\xef\xbb\xbf");
    line_skip_blanks(&rest);
    if (line_accept(&rest, "#!rep") || is_digits(&rest)) {
        return true;
    }
    bool letter = rest.at < rest.end && memchr("acfmrtw", *rest.at, 7) != NULL;
    rest.at += letter;
    const char *blank = rest.at;
    line_skip_blanks(&rest);
    return letter && rest.at > blank &&
           (line_at_digit(&rest) || line_accept(&rest, "-1"));
}

static bool knows(const struct foreign_format *format, struct line line,
                  const struct foreign_options *options)
{
    if (format->read_line == NULL) {
        return is_rep_line(&line);
    }
    struct trace_error error = {.line = 0};
    struct foreign_report report = {.format = format};
    struct foreign_log log;
    line.error = &error;
    log_open(&log, options, &report);
    int result = format->read_line(&log, &line);
    log_close(&log);
    return result == 0;
}

/* Looks at the first lines, which stay to be read.  NULL: an error. */
static const struct foreign_format *recognize(
    struct line_reader *reader, const struct foreign_options *options,
    struct trace_error *error)
{
    const char *text;
    const char *end;
    struct line line = {.error = error};
    struct line first = {.error = error};
    int more = line_reader_next(reader, &text, &end, error->message);
    line_reader_unread(reader);
    while (more > 0 && text < end) {
        take_line(&line, &text, end);
        first = is_blank(&first) ? line : first;
        for (int i = 0; foreign_formats[i] != NULL && !is_blank(&line); i++) {
            if (knows(foreign_formats[i], line, options)) {
                return foreign_formats[i];
            }
        }
    }
    static const char what[] = "a log of a known format, or a trace";
    if (more >= 0 && is_blank(&first)) {
        snprintf(error->message, sizeof error->message,
                 "expected %s, got an empty one", what);
    } else if (more >= 0) {
        line_expected(&first, what);
    }
    return NULL;
}

/* ---- all --------------------------------------------------------------- */

static int read_all_lines(struct foreign_log *log, struct line_reader *reader,
                          struct trace_error *error)
{
    const char *text;
    const char *end;
    struct line line = {.error = error};
    int more;
    while ((more = line_reader_next(reader, &text, &end, error->message)) > 0) {
        while (text < end) {
            take_line(&line, &text, end);
            if (!is_blank(&line) &&
                log->report->format->read_line(log, &line) != 0) {
                return fail(&line);
            }
        }
    }
    error->line = more < 0 ? line.number + 1 : 0;
    return more;
}

static int read_log(struct line_reader *reader, const char *path,
                    const struct foreign_options *options, struct trace *trace,
                    struct foreign_report *report, struct trace_error *error)
{
    struct foreign_log log;
    struct line nowhere = {.error = error};
    log_open(&log, options, report);
    int result = read_all_lines(&log, reader, error);
    if (result == 0 && address_builder_finish(&log.builder, path, trace) != 0) {
        result = fail(&nowhere);
    }
    report->odd = log.builder.odd;
    report->unfinished = log.n_suspended;
    log_close(&log);
    return result;
}

static int read_any(struct line_reader *reader, const char *path,
                    const struct foreign_options *options, struct trace *trace,
                    struct foreign_report *report, struct trace_error *error)
{
    report->format = options->format;
    if (report->format == NULL) {
        report->format = recognize(reader, options, error);
    }
    if (report->format == NULL) {
        return -1;
    }
    return report->format->read_line == NULL
               ? trace_read_from(reader, path, trace, error)
               : read_log(reader, path, options, trace, report, error);
}

static void prepare(const char *path, struct trace *trace,
                    struct foreign_report *report, struct trace_error *error)
{
    memset(trace, 0, sizeof *trace);
    memset(report, 0, sizeof *report);
    memset(error, 0, sizeof *error);
    snprintf(error->path, sizeof error->path, "%s", path);
}

int foreign_read(const char *path, const struct foreign_options *options,
                 struct trace *trace, struct foreign_report *report,
                 struct trace_error *error)
{
    struct line_reader reader;
    prepare(path, trace, report, error);
    if (line_reader_open_file(&reader, path, error->message) != 0) {
        return -1;
    }
    int result = read_any(&reader, path, options, trace, report, error);
    line_reader_close(&reader);
    return result;
}

int foreign_parse(const char *path, const char *text, size_t bytes,
                  const struct foreign_options *options, struct trace *trace,
                  struct foreign_report *report, struct trace_error *error)
{
    struct line_reader reader;
    prepare(path, trace, report, error);
    if (line_reader_open_bytes(&reader, text, bytes, error->message) != 0) {
        return -1;
    }
    int result = read_any(&reader, path, options, trace, report, error);
    line_reader_close(&reader);
    return result;
}

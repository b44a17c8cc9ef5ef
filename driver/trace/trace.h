/*
 * trace.h -- a recorded or generated sequence of allocator calls.
 *
 * A trace is immutable once parsed.  Operations are 16 bytes each; identifiers
 * are renumbered to 0 .. n_ids - 1 in order of first appearance, and the slot
 * n_ids stands for NULL: a table of n_ids + 1 pointers, all NULL at first,
 * replays any trace without a special case.
 */
#ifndef DRIVER_TRACE_TRACE_H
#define DRIVER_TRACE_TRACE_H

#include <stddef.h>
#include <stdint.h>

enum op_kind {
    OP_ALLOC,    /* a id size: malloc */
    OP_FREE,     /* f id: free */
    OP_REALLOC,  /* r id size: realloc; of a dead id it is malloc, and of
                    size 0 it leaves the id dead, whatever it was before */
    OP_TOUCH,    /* w id size: write size bytes of the payload (MIT) */
    OP_CALLOC,   /* c id size: calloc (extended dialect) */
    OP_MEMALIGN, /* m id alignment size: memalign (extended dialect) */
    OP_KINDS
};

struct op {
    uint64_t size;      /* bytes; 0 for OP_FREE */
    uint32_t id;        /* slot: 0 .. n_ids, where n_ids means NULL */
    uint8_t kind;       /* enum op_kind */
    uint8_t align_log2; /* of OP_MEMALIGN */
    uint16_t thread;    /* who did it, 0 where the dialect does not tell */
};

_Static_assert(sizeof(struct op) == 16, "16 bytes per operation");

enum trace_dialect {
    DIALECT_CLASSIC,  /* CS:APP 2002: line 1 is a heap size */
    DIALECT_CMU_2010, /* line 1 is a weight, line 4 an ignore flag */
    DIALECT_CMU_2017, /* line 1 is a weight, line 4 the peak payload */
    DIALECT_CS107,    /* no header */
    DIALECT_EXTENDED  /* a "#!rep 1" line: c, m and t lines may occur */
};

/* From operation first_op on, operation i stands on line first_line + i. */
struct trace_line_run {
    uint64_t first_op;
    int64_t line_minus_op;
};

/* A correction that parsing made to what a header claims. */
struct trace_note {
    uint64_t line;
    char text[120];
};

#define TRACE_MAX_NOTES 8

struct trace {
    char *path; /* as given; "-" for standard input */
    char *name; /* file name without folder; what reports show */
    struct op *ops;
    size_t n_ops;
    uint32_t n_ids; /* 0 .. n_ids - 1 occur */
    enum trace_dialect dialect;
    uint32_t weight; /* CMU: 0 neither, 1 both, 2 utilization, 3 throughput */

    uint64_t peak_payload_bytes; /* largest sum of live sizes */
    uint64_t peak_live_blocks;
    uint64_t peak_rounded_bytes; /* the same, each size rounded up to 16 */
    uint64_t peak_headed_bytes;  /* each size plus 8 rounded up to 16 */
    uint64_t live_blocks_at_end;

    struct trace_line_run *line_runs; /* ascending first_op */
    size_t n_line_runs;
    uint64_t *original_ids; /* by slot; NULL: the file's ids are the slots */

    struct trace_note notes[TRACE_MAX_NOTES];
    size_t n_notes;
};

/* What was wrong with an input. */
struct trace_error {
    char path[256];
    uint64_t line;     /* 0: the file as a whole */
    char message[256]; /* "expected ..., got ..." */
};

/*
 * Reads a trace from path ("-": standard input), plain or compressed with
 * gzip, zstd or xz, in any dialect.
 * Returns 0, or -1 with *error filled; the trace then needs no free.
 */
int trace_read(const char *path, struct trace *trace,
               struct trace_error *error);

/* As trace_read, from bytes in memory; path is used for names only. */
int trace_parse(const char *path, const char *text, size_t bytes,
                struct trace *trace, struct trace_error *error);

struct line_reader;

/* As trace_read, from lines that stay the caller's; path is a name only. */
int trace_read_from(struct line_reader *reader, const char *path,
                    struct trace *trace, struct trace_error *error);

/* Frees what trace_read made.  A zeroed trace is accepted. */
void trace_free(struct trace *trace);

/* Line of the operation in its file, from 1. */
uint64_t trace_line(const struct trace *trace, size_t op);

/* The identifier that the file uses for a slot. */
uint64_t trace_original_id(const struct trace *trace, uint32_t slot);

/*
 * The operation as its line reads ("a 17 4096"), without a newline, cut to
 * room.  Returns text.
 */
char *trace_format_op(const struct trace *trace, size_t op, char *text,
                      size_t room);

/*
 * The error as one line for people, "file:line: expected ..., got ...",
 * without a newline, cut to room.  Returns text.
 */
char *trace_format_error(const struct trace_error *error, char *text,
                         size_t room);

/* As above, a note: "file:line: note: header says ...". */
char *trace_format_note(const struct trace *trace, size_t note, char *text,
                        size_t room);

/*
 * The best utilization that any allocator with 16-byte alignment could reach:
 * peak payload over peak of the sizes rounded up to 16.  1 for a trace that
 * allocates nothing.
 */
double trace_limit(const struct trace *trace);

/* The same with a header of 8 bytes in front of each payload. */
double trace_limit_with_header(const struct trace *trace);

/* The utilization of a heap of that many bytes at its peak. */
double trace_utilization(const struct trace *trace, uint64_t heap_bytes);

#endif

/*
 * trace.c -- text into a mapped file (trace.h).
 */
#include "allocator/preload/watch/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "allocator/heap/heap.h"
#include "allocator/preload/message.h"

enum { PIECE = 64 << 10, LINE = 96, FIELD = 20 };

static const char head[] = "#!rep 1\n"
                           "                4096\n"
                           "                   0\n"
                           "                   0\n"
                           "                   1\n";

/* Where the last digit of each count in the head stands. */
enum { END_OF_MARK = 8, PEAK = END_OF_MARK, IDS = PEAK + FIELD + 1 };
enum { OPERATIONS = IDS + FIELD + 1 };

static struct {
    char path[PATH_MAX];
    char *head;      /* the first page; NULL: no trace is written */
    char *piece;     /* the one that is being filled */
    size_t used;     /* bytes of it */
    uint64_t offset; /* of the piece in the file */
    uint64_t ids, operations;
    unsigned thread; /* of the last line */
} trace;

/* Threads are numbered in the order of their first operation, from 0. */
static unsigned threads;
static __thread unsigned thread_number; /* from 1; 0: none yet */

/* Writes decimal digits that end before end; where they begin. */
static char *put_number(char *end, uint64_t n)
{
    do {
        *--end = (char)('0' + n % 10);
    } while ((n /= 10) != 0);
    return end;
}

static void count(int field, uint64_t n)
{
    put_number(trace.head + field + FIELD, n);
}

/* Writes newlines from an offset on, as many as a piece; 0 or an errno. */
static int write_blank(int fd, uint64_t offset)
{
    static char blank[PIECE / 16];
    struct rlimit limit;
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
        offset + PIECE > limit.rlim_cur) {
        return EFBIG; /* the attempt would raise SIGXFSZ */
    }
    memset(blank, '\n', sizeof blank);
    for (uint64_t end = offset + PIECE; offset < end;) {
        ssize_t n = pwrite(fd, blank, sizeof blank, (off_t)offset);
        if (n <= 0) {
            return n == 0 ? ENOSPC : errno;
        }
        offset += (uint64_t)n;
    }
    return 0;
}

/* Pages of the file, not a child's; NULL with errno. */
static char *map(int fd, uint64_t offset, size_t bytes)
{
    void *start = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
                       (off_t)offset);
    if (start == MAP_FAILED) {
        return NULL;
    }
    madvise(start, bytes, MADV_DONTFORK);
    return start;
}

/* Extends the file by a piece at an offset; NULL with errno. */
static char *next_piece(int fd, uint64_t offset)
{
    int problem = write_blank(fd, offset);
    if (problem != 0) {
        errno = problem;
        return NULL;
    }
    return map(fd, offset, PIECE);
}

static void unmap(void)
{
    if (trace.head != NULL) {
        munmap(trace.head, HEAP_PAGE);
    }
    if (trace.piece != NULL) {
        munmap(trace.piece, PIECE);
    }
    trace.head = trace.piece = NULL;
}

static void fail(int problem)
{
    message_tell("warning: MALLOC_TRACE_FILE=%.600s: %s; the trace ends after "
                 "%ju operations\n",
                 trace.path, strerrordesc_np(problem),
                 (uintmax_t)trace.operations);
    unmap();
}

/* Goes on in a new piece behind the one that first bytes of text fill. */
static void turn_over(const char *text, size_t first, size_t bytes)
{
    int fd = file_open(trace.path, O_RDWR);
    char *next = fd >= 0 ? next_piece(fd, trace.offset + PIECE) : NULL;
    int problem = errno;
    if (fd >= 0) {
        close(fd);
    }
    if (next == NULL) {
        fail(problem);
        return;
    }
    memcpy(trace.piece + trace.used, text, first);
    memcpy(next, text + first, bytes - first);
    munmap(trace.piece, PIECE);
    trace.piece = next;
    trace.offset += PIECE;
    trace.used = bytes - first;
}

static void put(const char *text, size_t bytes)
{
    size_t left = PIECE - trace.used;
    if (bytes > left) {
        turn_over(text, left, bytes);
        return;
    }
    memcpy(trace.piece + trace.used, text, bytes);
    trace.used += bytes;
}

/* Writes a letter and up to three numbers, the last first. */
static void put_line(char letter, const uint64_t *numbers, int n)
{
    char line[LINE], *at = line + LINE;
    *--at = '\n';
    while (n-- > 0) {
        at = put_number(at, numbers[n]);
        *--at = ' ';
    }
    *--at = letter;
    put(at, (size_t)(line + LINE - at));
}

static void name_thread(void)
{
    if (thread_number == 0) {
        thread_number = ++threads;
    }
    if (thread_number != trace.thread) {
        uint64_t number = thread_number - 1;
        trace.thread = thread_number;
        put_line('t', &number, 1);
    }
}

static void put_operation(char letter, const uint64_t *numbers, int n)
{
    int error = errno;
    if (trace.head != NULL) {
        name_thread();
    }
    if (trace.head != NULL) {
        put_line(letter, numbers, n);
    }
    if (trace.head != NULL) {
        count(OPERATIONS, ++trace.operations);
        count(IDS, trace.ids);
    }
    errno = error;
}

void trace_open(const struct file_name *name)
{
    errno = ENAMETOOLONG;
    int fd = file_name_expand(name, trace.path)
                 ? file_open(trace.path, O_RDWR | O_CREAT | O_TRUNC)
                 : -1;
    trace.piece = fd >= 0 ? next_piece(fd, 0) : NULL;
    trace.head = trace.piece != NULL ? map(fd, 0, HEAP_PAGE) : NULL;
    int problem = errno;
    if (fd >= 0) {
        close(fd);
    }
    if (trace.head == NULL) {
        fail(problem);
        return;
    }
    trace.thread = thread_number = threads = 1;
    put(head, sizeof head - 1);
}

void trace_forget(void)
{
    memset(&trace, 0, sizeof trace);
}

void trace_close(uint64_t peak_bytes)
{
    if (trace.head == NULL) {
        return;
    }
    uint64_t pages = (peak_bytes + HEAP_PAGE - 1) / HEAP_PAGE;
    count(PEAK, (pages != 0 ? pages : 1) * HEAP_PAGE);
    int fd = file_open(trace.path, O_RDWR);
    if (fd < 0 || ftruncate(fd, (off_t)(trace.offset + trace.used)) != 0) {
        fail(errno);
    }
    if (fd >= 0) {
        close(fd);
    }
    unmap();
}

uint64_t trace_malloc(size_t alignment, size_t size)
{
    uint64_t id = trace.ids++;
    if (alignment <= HEAP_ALIGNMENT) {
        put_operation('a', (uint64_t[]){id, size}, 2);
    } else {
        put_operation('m', (uint64_t[]){id, alignment, size}, 3);
    }
    return id;
}

uint64_t trace_calloc(size_t size)
{
    uint64_t id = trace.ids++;
    put_operation('c', (uint64_t[]){id, size}, 2);
    return id;
}

void trace_realloc(uint64_t id, size_t size)
{
    put_operation('r', (uint64_t[]){id, size}, 2);
}

void trace_free(uint64_t id)
{
    put_operation('f', &id, 1);
}

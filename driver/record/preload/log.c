/*
 * log.c -- opens, enlarges and stops the event file of a process.
 *
 * The file is mapped once, far beyond its end, and enlarged by name in
 * chunks that double from 64 KiB to 4 MiB: no descriptor stays open that the
 * program could close, hand out again, or count.  Space is allocated, not
 * only promised, so that a full disk shows as an error here and never as a
 * SIGBUS in the program; and each chunk is faulted in at once, which costs a
 * third of taking the faults one by one.
 */
#include "driver/record/preload/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "driver/record/preload/control.h"
#include "driver/record/preload/witness.h"

#define FIRST_CHUNK_BYTES  ((uint64_t)64 << 10)
#define MAX_CHUNK_BYTES    ((uint64_t)4 << 20)
#define WINDOW_BYTES       ((uint64_t)64 << 30)
#define SMALL_WINDOW_SHARE 8 /* of a limited address space */
#define MAX_IMAGES         100000
#define STATE_BYTES        ((sizeof(struct log) + 4095) / 4096 * 4096)
#define BYTES_BEFORE(slots)                                                    \
    (EVENTS_HEADER_BYTES + (slots) * sizeof(struct event))

struct log *_Atomic log_current;

_Thread_local unsigned log_thread;

/* Survives forks: a child's threads never share a number. */
static atomic_uint threads_named;

unsigned log_name_thread(void)
{
    log_thread = atomic_fetch_add(&threads_named, 1) + 1;
    return log_thread;
}

/* One line on standard error.  The events so far are kept. */
static void tell(const char *problem, int number)
{
    char text[256];
    int length = snprintf(text, sizeof text,
                          "rep record: process %d goes on unrecorded: %s: %s\n",
                          (int)getpid(), problem, strerrordesc_np(number));
    ssize_t written = write(STDERR_FILENO, text, (size_t)length);
    (void)written; /* nobody is left to be told */
}

static void stop(struct log *log, enum events_stop reason, int number)
{
    if (atomic_exchange(&log->status, LOG_STOPPED) == LOG_STOPPED)
        return;
    if (log->header != NULL) {
        log->header->stop_errno = (uint32_t)number;
        log->header->stop = reason;
    }
    if (reason == EVENTS_FULL)
        tell("cannot enlarge the event file", number);
}

/* Makes sure that the file has bytes bytes on the disk.  0 or an errno. */
static int allocate(int fd, uint64_t bytes)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && bytes > limit.rlim_cur)
        return EFBIG; /* the attempt would raise SIGXFSZ */
    return posix_fallocate(fd, 0, (off_t)bytes);
}

static uint64_t next_size(uint64_t bytes, uint64_t least)
{
    uint64_t step = bytes < MAX_CHUNK_BYTES ? bytes : MAX_CHUNK_BYTES;
    uint64_t goal = bytes + step;
    while (goal < least)
        goal += step;
    return goal;
}

static int enlarge(struct log *log, uint64_t end)
{
    uint64_t bytes = BYTES_BEFORE(log->ready);
    uint64_t goal = next_size(bytes, BYTES_BEFORE(end));
    uint64_t most = BYTES_BEFORE(log->max_slots);
    if (goal > most)
        goal = most;
    int fd = open(log->path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return errno;
    int problem = allocate(fd, goal);
    close(fd);
    if (problem != 0)
        return problem;
    madvise((char *)log->header + bytes, goal - bytes, MADV_POPULATE_WRITE);
    uint64_t slots = (goal - EVENTS_HEADER_BYTES) / sizeof(struct event);
    uint64_t known = log->ready;
    while (known < slots &&
           !atomic_compare_exchange_weak(&log->ready, &known, slots)) {
    }
    return 0;
}

bool log_grow(struct log *log, uint64_t end)
{
    int saved_errno = errno;
    if (end > log->max_slots) {
        stop(log, EVENTS_LIMIT, 0);
    } else {
        int problem = enlarge(log, end);
        /* The directory is gone when the recorder has gone home. */
        if (problem != 0)
            stop(log, problem == ENOENT ? EVENTS_ASKED : EVENTS_FULL, problem);
    }
    errno = saved_errno;
    return end <= log->ready;
}

/* Creates PID.IMAGE.events with the first free IMAGE. */
static int create_file(struct log *log)
{
    for (int image = 0; image < MAX_IMAGES; image++) {
        int length = snprintf(log->path, sizeof log->path,
                              "%s/%d.%d" RECORD_EVENTS_SUFFIX,
                              control_directory(), (int)getpid(), image);
        if (length < 0 || (size_t)length >= sizeof log->path)
            break;
        int fd = open(log->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    errno = ENAMETOOLONG;
    return -1;
}

/* What is mapped: much, unless the program may have only so much. */
static uint64_t window_bytes(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return WINDOW_BYTES;
    uint64_t share = limit.rlim_cur / SMALL_WINDOW_SHARE & ~UINT64_C(4095);
    return share < WINDOW_BYTES ? share : WINDOW_BYTES;
}

static int map_file(struct log *log, int fd)
{
    uint64_t bytes = EVENTS_HEADER_BYTES + FIRST_CHUNK_BYTES;
    uint64_t window = window_bytes();
    int problem = window < bytes ? ENOMEM : allocate(fd, bytes);
    if (problem != 0)
        return problem;
    void *map = mmap(NULL, window, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        return errno;
    madvise(map, window, MADV_DONTFORK);
    log->header = map;
    log->events = (struct event *)((char *)map + EVENTS_HEADER_BYTES);
    log->max_slots = (window - EVENTS_HEADER_BYTES) / sizeof(struct event);
    log->ready = FIRST_CHUNK_BYTES / sizeof(struct event);
    return 0;
}

/* Arguments with blanks between them. */
static void copy_command(char *command, size_t room)
{
    int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    ssize_t got = read(fd, command, room - 1);
    close(fd);
    for (ssize_t i = 0; i + 1 < got; i++)
        if (command[i] == '\0')
            command[i] = ' ';
}

static void fill_header(struct events_header *header)
{
    header->pid = (uint32_t)getpid();
    header->parent_pid = (uint32_t)getppid();
    copy_command(header->command, sizeof header->command);
    header->magic = EVENTS_MAGIC;
}

/* The status after opening. */
static enum log_status open_file(struct log *log)
{
    const struct record_control *control = control_find();
    if (control == NULL)
        return LOG_STOPPED;
    int fd = create_file(log);
    int problem = fd < 0 ? errno : map_file(log, fd);
    if (fd >= 0)
        close(fd);
    if (problem != 0) {
        if (problem != ENOENT) /* else the recorder has gone home */
            tell(log->path, problem);
        return LOG_STOPPED;
    }
    fill_header(log->header);
    if (control->max_events != 0 && control->max_events < log->max_slots)
        log->max_slots = control->max_events;
    if (log->ready > log->max_slots)
        log->ready = log->max_slots;
    if (control->start_after != 0)
        return LOG_SKIPPING;
    return control->verify ? LOG_VERIFYING : LOG_OPEN;
}

/* A page that is empty again in a child, however it was forked. */
static struct log *make_state(void)
{
    struct log *made = mmap(NULL, STATE_BYTES, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (made == MAP_FAILED)
        return NULL;
    struct log *expected = NULL;
    if (madvise(made, STATE_BYTES, MADV_WIPEONFORK) == 0 &&
        atomic_compare_exchange_strong(&log_current, &expected, made))
        return made;
    munmap(made, STATE_BYTES);
    return expected;
}

struct log *log_open(void)
{
    int saved_errno = errno;
    struct log *log = log_current;
    if (log == NULL)
        log = make_state();
    uint32_t unopened = LOG_UNOPENED;
    if (log != NULL &&
        atomic_compare_exchange_strong(&log->status, &unopened, LOG_OPENING))
        log->status = open_file(log);
    errno = saved_errno;
    return log;
}

/* Operations that are counted by --start-after: each but the start of one. */
static bool skip(struct log *log, enum event_kind kind)
{
    const struct record_control *control = control_find();
    if (kind == EVENT_MOVE)
        return true;
    if (atomic_fetch_add(&log->skipped, 1) < control->start_after)
        return true;
    uint32_t skipping = LOG_SKIPPING;
    atomic_compare_exchange_strong(&log->status, &skipping,
                                   control->verify ? LOG_VERIFYING : LOG_OPEN);
    return false;
}

uint64_t log_event_slowly(enum event_kind kind, const void *payload,
                          uint64_t number)
{
    struct log *log = log_open();
    if (log == NULL || (log->status == LOG_SKIPPING && skip(log, kind)))
        return EVENT_NO_TICKET;
    switch (log->status) {
    case LOG_OPEN: return log_event(kind, payload, number);
    case LOG_VERIFYING: return witness_event(log, kind, payload, number);
    default: return EVENT_NO_TICKET;
    }
}

struct log_move log_move(const void *payload)
{
    struct log *log = log_current;
    if (log == NULL || log->status == LOG_UNOPENED)
        log = log_open();
    if (log != NULL && log->status == LOG_VERIFYING)
        return witness_move(log, payload);
    return (struct log_move){
        .ticket = log_event(EVENT_MOVE, payload, 0),
    };
}

void log_moved(const struct log_move *move, const void *moved, size_t size)
{
    struct log *log = log_current;
    if (log != NULL && log->status == LOG_SKIPPING)
        skip(log, EVENT_MOVED);
    if (log == NULL)
        return;
    if (log->status == LOG_VERIFYING) {
        witness_moved(log, move, moved, size);
    } else if (log->status == LOG_OPEN) {
        uint64_t ticket = log_draw(log, 2);
        if (ticket == EVENT_NO_TICKET)
            return;
        log_store(log, ticket, EVENT_MOVED, (uintptr_t)moved, size);
        log_store(log, ticket + 1, EVENT_MOVED_BY, 0, move->ticket);
    }
}

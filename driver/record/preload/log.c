/*
 * log.c -- the states of a log, its growth and its end.
 *
 * Who enlarges the file writes zeros where others would already store events:
 * one thread does it, with signals blocked, and the others nap meanwhile.
 * That is the only place where a thread waits for another.
 */
#include "driver/record/preload/log.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "driver/record/preload/control.h"
#include "driver/record/preload/event_file.h"
#include "driver/record/preload/system.h"

struct log *_Atomic log_current;

_Thread_local unsigned log_thread;

/* Survives forks: a child's threads never share a number. */
static atomic_uint threads_named;

unsigned log_name_thread(void)
{
    log_thread = atomic_fetch_add(&threads_named, 1) + 1;
    return log_thread;
}

/* ---- the end ------------------------------------------------------------- */

/* One line on standard error.  The events so far are kept. */
static void tell(const char *path, int number)
{
    char text[512];
    int length = snprintf(text, sizeof text,
                          "rep record: process %d goes on unrecorded: "
                          "%.300s: %s\n",
                          (int)getpid(), path, strerrordesc_np(number));
    system_write(STDERR_FILENO, text, (size_t)length);
}

static void stop(struct log *log, enum events_stop reason, int number)
{
    if (atomic_exchange(&log->status, LOG_STOPPED) == LOG_STOPPED)
        return;
    log->header->stop_errno = (uint32_t)number;
    log->header->stop = reason;
    if (reason == EVENTS_FULL)
        tell(log->path, number);
}

/* ---- growth -------------------------------------------------------------- */

static void grow(struct log *log, uint64_t end)
{
    if (end > log->max_slots) {
        if (log->max_slots == control_find()->max_slots)
            stop(log, EVENTS_LIMIT, 0);
        else
            stop(log, EVENTS_FULL, ENOMEM); /* what is mapped is full */
        return;
    }
    int problem = event_file_enlarge(log, end);
    /* The directory is gone when the recorder has gone home. */
    if (problem != 0)
        stop(log, problem == ENOENT ? EVENTS_LEFT : EVENTS_FULL, problem);
}

bool log_grow(struct log *log, uint64_t end)
{
    int saved_errno = errno;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (end > log->ready && log->status != LOG_STOPPED) {
        if (atomic_exchange(&log->growing, 1) != 0) {
            system_nap();
            continue;
        }
        if (end > log->ready && log->status != LOG_STOPPED)
            grow(log, end);
        log->growing = 0;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = saved_errno;
    return end <= log->ready;
}

/* ---- the beginning ------------------------------------------------------- */

/* Arguments with blanks between them. */
static void copy_command(char *command, size_t room)
{
    int fd = system_open("/proc/self/cmdline", O_RDONLY, 0);
    if (fd < 0)
        return;
    ssize_t got = system_read(fd, command, room - 1);
    system_close(fd);
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

static void apply_limits(struct log *log, const struct record_control *control)
{
    log->small_limit = control->small_limit;
    if (control->max_slots != 0 && control->max_slots < log->max_slots)
        log->max_slots = control->max_slots;
    if (log->ready > log->max_slots)
        log->ready = log->max_slots;
}

static enum log_status status_of(const struct record_control *control)
{
    return control->verify != 0 ? LOG_VERIFYING : LOG_OPEN;
}

/* The status after opening. */
static enum log_status open_file(struct log *log)
{
    const struct record_control *control = control_find();
    if (control == NULL)
        return LOG_STOPPED;
    int problem = event_file_create(log);
    if (problem != 0) {
        if (problem != ENOENT) /* else the recorder has gone home */
            tell(log->path, problem);
        return LOG_STOPPED;
    }
    fill_header(log->header);
    apply_limits(log, control);
    return control->start_after != 0 ? LOG_SKIPPING : status_of(control);
}

/* Pages that are empty again in a child, however it was forked. */
static struct log *make_state(void)
{
    struct log *made = mmap(NULL, sizeof(struct log), PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (made == MAP_FAILED)
        return NULL;
    struct log *known = NULL;
    if (madvise(made, sizeof(struct log), MADV_WIPEONFORK) == 0 &&
        atomic_compare_exchange_strong(&log_current, &known, made))
        return made;
    munmap(made, sizeof(struct log));
    return known;
}

struct log *log_open(void)
{
    int saved_errno = errno;
    struct log *log = log_current;
    uint32_t unopened = LOG_UNOPENED;
    if (log == NULL)
        log = make_state();
    if (log != NULL &&
        atomic_compare_exchange_strong(&log->status, &unopened, LOG_OPENING))
        log->status = open_file(log);
    errno = saved_errno;
    return log;
}

/* ---- skipping ------------------------------------------------------------ */

/* The start of a realloc is no operation, its end is one. */
static enum log_status skip(struct log *log, enum event_kind kind)
{
    const struct record_control *control = control_find();
    if (kind == EVENT_MOVE ||
        atomic_fetch_add(&log->skipped, 1) < control->start_after)
        return LOG_SKIPPING;
    uint32_t skipping = LOG_SKIPPING;
    atomic_compare_exchange_strong(&log->status, &skipping, status_of(control));
    return log->status;
}

enum log_status log_prepare(enum event_kind kind)
{
    struct log *log = log_open();
    if (log == NULL)
        return LOG_STOPPED;
    enum log_status status = log->status;
    return status == LOG_SKIPPING ? skip(log, kind) : status;
}

uint64_t log_numbers(struct log *log, enum event_kind kind, const void *payload,
                     const uint64_t *numbers, unsigned count)
{
    uint64_t ticket = log_draw(log, count + 1);
    if (ticket == EVENT_NO_TICKET)
        return ticket;
    for (unsigned i = 0; i < count; i++)
        log->slots[ticket + 1 + i] = event_number(numbers[i]);
    log_store(log, ticket,
              event_first(kind, (uintptr_t)payload, log_thread_number()));
    return ticket;
}

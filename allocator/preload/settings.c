/*
 * settings.c -- reads the environment without allocating.
 *
 * The dynamic linker calls malloc before the C library has set environ; then
 * the kernel's copy in /proc/self/environ is read.  Programs that run with
 * more rights than their caller get the defaults.
 */
#include "allocator/preload/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "allocator/preload/message.h"
#include "allocator/preload/tunables.h"

enum { ENVIRON_ROOM = 256 << 10 };

struct settings settings;

static void use_policy(const char *text)
{
    char message[200];
    struct policy_choice choice;
    if (policy_choose(text, &choice, message, sizeof message) == 0) {
        settings.choice = choice;
    } else {
        message_tell("warning: MALLOC_POLICY=%.60s ignored: %s\n", text,
                     message);
    }
}

/* Reads a number within bounds, or tells which unit and bounds it has. */
static bool read_number(const char *name, const char *text, const char *unit,
                        size_t least, size_t most, size_t *number)
{
    char *end = NULL;
    errno = 0;
    unsigned long long n = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 || n < least ||
        n > most) {
        message_tell("warning: %s=%.60s ignored: expected %s from %zu to "
                     "%zu\n",
                     name, text, unit, least, most);
        return false;
    }
    *number = (size_t)n;
    return true;
}

static void use_threshold(const char *text)
{
    size_t bytes;
    if (read_number("MALLOC_MMAP_THRESHOLD", text, "bytes",
                    SETTINGS_THRESHOLD_LEAST, SETTINGS_THRESHOLD_MOST,
                    &bytes)) {
        settings.mmap_threshold_bytes = bytes;
    }
}

static void use_trim_threshold(const char *text)
{
    size_t bytes;
    if (read_number("MALLOC_TRIM_THRESHOLD", text, "bytes", 0,
                    SETTINGS_TRIM_MOST, &bytes)) {
        settings.trim_threshold_bytes = bytes;
    }
}

static void use_decay(const char *text)
{
    read_number("MALLOC_DECAY_MS", text, "milliseconds", 0,
                SETTINGS_DECAY_MS_MOST, &settings.decay_ms);
}

static void use_profile_bytes(const char *text)
{
    read_number("MALLOC_PROFILE_BYTES", text, "bytes", 1,
                SETTINGS_PROFILE_BYTES_MOST, &settings.profile_bytes);
}

/* Takes the name of a file, or tells that it is none. */
static void use_file(const char *variable, const char *text,
                     struct file_name *name)
{
    if (!file_name_set(name, text)) {
        message_tell("warning: %s=%.60s ignored: expected the name of a "
                     "file\n",
                     variable, text);
    }
}

static void use_profile(const char *text)
{
    use_file("MALLOC_PROFILE", text, &settings.profile);
}

static void use_stats(const char *text)
{
    if (strcmp(text, "0") != 0 && strcmp(text, "1") != 0) {
        message_tell("warning: MALLOC_STATS=%.60s ignored: expected 0 or 1\n",
                     text);
        return;
    }
    settings.stats = *text == '1';
}

static bool ends_in(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

/* Under such a name people and programs expect what is not written here. */
static bool is_compressed(const char *name)
{
    static const char *const endings[] = {".gz", ".zst", ".xz", ".bz2"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        if (ends_in(name, endings[i])) {
            return true;
        }
    }
    return false;
}

static void use_trace_file(const char *text)
{
    if (is_compressed(text)) {
        message_tell("warning: MALLOC_TRACE_FILE=%.60s ignored: expected a "
                     "name as x.rep, it is not compressed\n",
                     text);
        return;
    }
    use_file("MALLOC_TRACE_FILE", text, &settings.trace_file);
}

static void use_debug(const char *text)
{
    static const char *const words[] = {
        "0", "1", "guard", "guard-exact", "guard-odd", "guard-below"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(text, words[i]) == 0) {
            settings.debug = (enum settings_debug)i;
            return;
        }
    }
    message_tell("warning: MALLOC_DEBUG=%.60s ignored: expected 0, 1, "
                 "guard, guard-exact, guard-odd or guard-below\n",
                 text);
}

static void use_seed(const char *text)
{
    char *end = NULL;
    errno = 0;
    unsigned long long seed = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || errno != 0) {
        message_tell("warning: MALLOC_DEBUG_SEED=%.60s ignored: expected a "
                     "number\n",
                     text);
        return;
    }
    settings.seeded = true;
    settings.seed = seed;
}

static void use_no_colour(const char *text)
{
    settings.no_colour = *text != '\0';
}

/* Applies one "NAME=VALUE". */
static void use(const char *entry)
{
    static const struct {
        const char *prefix;
        void (*use)(const char *text);
    } known[] = {
        {"MALLOC_POLICY=", use_policy},
        {"MALLOC_MMAP_THRESHOLD=", use_threshold},
        {"MALLOC_TRIM_THRESHOLD=", use_trim_threshold},
        {"MALLOC_DECAY_MS=", use_decay},
        {"MALLOC_STATS=", use_stats},
        {"MALLOC_TRACE_FILE=", use_trace_file},
        {"MALLOC_PROFILE=", use_profile},
        {"MALLOC_PROFILE_BYTES=", use_profile_bytes},
        {"MALLOC_DEBUG=", use_debug},
        {"MALLOC_DEBUG_SEED=", use_seed},
        {"NO_COLOR=", use_no_colour},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t length = strlen(known[i].prefix);
        if (strncmp(entry, known[i].prefix, length) == 0) {
            known[i].use(entry + length);
        }
    }
}

/* Reads as much of a file as fits, less a byte for the end of the text. */
static size_t read_file(const char *path, char *text, size_t room)
{
    size_t used = 0;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return 0;
    }
    for (;;) {
        ssize_t got = syscall(SYS_read, fd, text + used, room - 1 - used);
        if (got <= 0) {
            break;
        }
        used += (size_t)got;
    }
    syscall(SYS_close, fd);
    return used;
}

/* What is done with a "NAME=VALUE". */
typedef void use_fn(const char *entry);

static void use_kernels_copy(use_fn *use_entry)
{
    char *text = mmap(NULL, ENVIRON_ROOM, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (text == MAP_FAILED) {
        return;
    }
    size_t bytes = read_file("/proc/self/environ", text, ENVIRON_ROOM);
    for (size_t at = 0; at < bytes; at += strlen(text + at) + 1) {
        use_entry(text + at);
    }
    munmap(text, ENVIRON_ROOM);
}

/*
 * What cannot go together: debug mode and profile both keep call stacks, under
 * locks of their own.  Who tells something at exit needs standard error then.
 */
static void settle(void)
{
    if (settings.debug != DEBUG_OFF && settings.profile.text[0] != '\0') {
        message_tell("warning: MALLOC_PROFILE ignored: MALLOC_DEBUG is set\n");
        settings.profile.text[0] = '\0';
    }
    if (settings.stats || settings.profile.text[0] != '\0' ||
        settings.trace_file.text[0] != '\0') {
        message_keep_stream();
    }
}

static void use_all(use_fn *use_entry)
{
    if (environ == NULL) {
        use_kernels_copy(use_entry);
        return;
    }
    for (char **entry = environ; *entry != NULL; entry++) {
        use_entry(*entry);
    }
}

/* At run time: initialized data would be a copy of all pages of the names. */
static void use_defaults(void)
{
    settings.mmap_threshold_bytes = SETTINGS_THRESHOLD;
    settings.trim_threshold_bytes = SETTINGS_TRIM_THRESHOLD;
    settings.decay_ms = SETTINGS_DECAY_MS;
    settings.profile_bytes = SETTINGS_PROFILE_BYTES;
    settings.choice.policy = registry_default();
    policy_set_options(settings.choice.policy, NULL, settings.choice.values,
                       NULL, 0);
}

void settings_read(void)
{
    use_defaults();
    if (getauxval(AT_SECURE) == 0) {
        use_all(tunables_use);
        use_all(use);
        settle();
    }
}

/* Replaces the value of a variable in the environment, where it is there. */
static void pass_on(const char *prefix, struct file_name *name, char *room)
{
    size_t length = strlen(prefix);
    if (name->text[0] == '\0') {
        return;
    }
    file_name_pass_on(name);
    memcpy(room, prefix, length);
    strcpy(room + length, name->text);
    for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
        if (strncmp(*entry, prefix, length) == 0) {
            *entry = room;
        }
    }
}

void settings_pass_on(void)
{
    static const char trace[] = "MALLOC_TRACE_FILE=";
    static const char profile[] = "MALLOC_PROFILE=";
    static char trace_entry[sizeof trace + PATH_MAX];
    static char profile_entry[sizeof profile + PATH_MAX];
    pass_on(trace, &settings.trace_file, trace_entry);
    pass_on(profile, &settings.profile, profile_entry);
}

/*
 * program.c -- can a library be preloaded into this program?
 *
 * The dynamic linker loads it only into programs that have a dynamic linker,
 * and not into those that run with more rights than their caller.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "driver/record/launch.h"

enum { MAX_INTERPRETERS = 4, FIRST_LINE = 256 };

#define PRINTF_LIKE __attribute__((format(printf, 2, 3)))

static PRINTF_LIKE int fail(struct launch_error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    return -1;
}

/* ---- where it is --------------------------------------------------------- */

static bool is_executable_file(const char *path)
{
    struct stat status;
    if (access(path, X_OK) != 0 || stat(path, &status) != 0)
        return false;
    errno = EACCES;
    return S_ISREG(status.st_mode);
}

static bool find_in_path(const char *name, char *path, size_t room)
{
    const char *folders = getenv("PATH");
    if (folders == NULL)
        folders = "/usr/local/bin:/usr/bin:/bin";
    for (;;) {
        int length = (int)strcspn(folders, ":");
        int needed = length == 0 ? snprintf(path, room, "./%s", name)
                                 : snprintf(path, room, "%.*s/%s", length,
                                            folders, name);
        if (needed > 0 && (size_t)needed < room && is_executable_file(path))
            return true;
        folders += length;
        if (*folders++ == '\0')
            return false;
    }
}

static int locate(const char *name, char *path, size_t room,
                  struct launch_error *error)
{
    if (strchr(name, '/') == NULL)
        return find_in_path(name, path, room)
                   ? 0
                   : fail(error, "%s: expected a program, found none in PATH",
                          name);
    if ((size_t)snprintf(path, room, "%s", name) >= room)
        return fail(error, "%s: %s", name, strerror(ENAMETOOLONG));
    return is_executable_file(path)
               ? 0
               : fail(error, "%s: expected a program, got \"%s\"", name,
                      strerror(errno));
}

/* ---- what it is ---------------------------------------------------------- */

static bool has_privileges(const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return false;
    bool gains_user =
        (status.st_mode & S_ISUID) != 0 && status.st_uid != getuid();
    bool gains_group =
        (status.st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) &&
        status.st_gid != getgid();
    bool gains_rights =
        getuid() != 0 && getxattr(path, "security.capability", NULL, 0) > 0;
    return gains_user || gains_group || gains_rights;
}

/* Reads the program's own header and asks for a dynamic linker in it. */
static bool is_dynamic(int fd, const Elf64_Ehdr *header)
{
    for (unsigned i = 0; i < header->e_phnum; i++) {
        Elf64_Phdr segment;
        uint64_t at = header->e_phoff + (uint64_t)i * header->e_phentsize;
        if (pread(fd, &segment, sizeof segment, (off_t)at) !=
            (ssize_t)sizeof segment)
            return false;
        if (segment.p_type == PT_INTERP)
            return true;
    }
    return false;
}

static int check_elf(const char *path, int fd, const Elf64_Ehdr *header,
                     struct launch_error *error)
{
    Elf64_Ehdr own;
    int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    bool known = self >= 0 && read(self, &own, sizeof own) == sizeof own;
    if (self >= 0)
        close(self);
    if (known && (header->e_ident[EI_CLASS] != own.e_ident[EI_CLASS] ||
                  header->e_machine != own.e_machine))
        return fail(error,
                    "%s: expected a program for this machine's 64-bit mode, "
                    "got one for another",
                    path);
    if (!is_dynamic(fd, header))
        return fail(error,
                    "%s: expected a dynamically linked program, got a "
                    "statically linked one: nothing can be preloaded into it",
                    path);
    return 0;
}

/* Cuts the interpreter's path out of "#!  /bin/sh -e\n". */
static void cut_interpreter(char *line, char *path, size_t room)
{
    char *start = line + 2 + strspn(line + 2, " \t");
    start[strcspn(start, " \t\n")] = '\0';
    snprintf(path, room, "%s", start);
}

/*
 * One file of the chain script, interpreter, ...  Returns 0 when it can be
 * recorded, 1 with *path replaced by its interpreter, or -1.
 */
static int check_file(char *path, size_t room, struct launch_error *error)
{
    union {
        Elf64_Ehdr elf;
        char text[FIRST_LINE];
    } head = {.text = ""};
    if (has_privileges(path))
        return fail(error,
                    "%s: expected a program that runs with your rights, got "
                    "a setuid, setgid or privileged one: the dynamic linker "
                    "preloads nothing into it",
                    path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == EACCES ? 0 /* may be executed but not read: try it */
                               : fail(error, "%s: %s", path, strerror(errno));
    ssize_t got = read(fd, &head, sizeof head - 1);
    int result = 0;
    if (got > 2 && memcmp(head.text, "#!", 2) == 0) {
        cut_interpreter(head.text, path, room);
        result = 1;
    } else if (got >= (ssize_t)sizeof head.elf &&
               memcmp(head.elf.e_ident, ELFMAG, SELFMAG) == 0) {
        result = check_elf(path, fd, &head.elf, error);
    }
    close(fd);
    return result;
}

int launch_find_program(const char *name, char *path, size_t room,
                        struct launch_error *error)
{
    char checked[PATH_MAX];
    if (locate(name, path, room, error) != 0)
        return -1;
    snprintf(checked, sizeof checked, "%s", path);
    for (int i = 0; i < MAX_INTERPRETERS; i++) {
        int result = check_file(checked, sizeof checked, error);
        if (result <= 0)
            return result;
    }
    return 0; /* the kernel will refuse it */
}

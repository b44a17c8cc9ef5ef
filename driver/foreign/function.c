/*
 * function.c -- names, kinds and arguments.
 *
 * The operators of C++ come with and without [] and the size that C++14 passes
 * to delete, and by their mangled names.
 */
#include "driver/foreign/function.h"

#include <string.h>

static const struct foreign_function functions[] = {
    {"malloc", OP_ALLOC, "s"},
    {"free", OP_FREE, "p"},
    {"cfree", OP_FREE, "p"},
    {"realloc", OP_REALLOC, "ps"},
    {"reallocarray", OP_REALLOC, "pns"},
    {"calloc", OP_CALLOC, "ns"},
    {"memalign", OP_MEMALIGN, "as"},
    {"aligned_alloc", OP_MEMALIGN, "as"},
    {"posix_memalign", OP_MEMALIGN, "as"},
    {"valloc", OP_ALLOC, "s"},
    {"pvalloc", OP_ALLOC, "s"},
    {"operator new(unsigned long)", OP_ALLOC, "s"},
    {"operator new[](unsigned long)", OP_ALLOC, "s"},
    {"operator delete(void*)", OP_FREE, "p"},
    {"operator delete[](void*)", OP_FREE, "p"},
    {"operator delete(void*, unsigned long)", OP_FREE, "p"},
    {"operator delete[](void*, unsigned long)", OP_FREE, "p"},
    {"_Znwm", OP_ALLOC, "s"},
    {"_Znam", OP_ALLOC, "s"},
    {"_ZdlPv", OP_FREE, "p"},
    {"_ZdaPv", OP_FREE, "p"},
    {"_ZdlPvm", OP_FREE, "p"},
    {"_ZdaPvm", OP_FREE, "p"},
};

enum { N_FUNCTIONS = sizeof functions / sizeof functions[0] };

const struct foreign_function *function_find(const char *name, size_t n)
{
    for (int i = 0; i < N_FUNCTIONS; i++) {
        if (strlen(functions[i].name) == n &&
            memcmp(functions[i].name, name, n) == 0) {
            return &functions[i];
        }
    }
    return NULL;
}

static uint64_t power_of_two_from(uint64_t least)
{
    uint64_t power = 1;
    while (power < least && power << 1 != 0) {
        power <<= 1;
    }
    return power;
}

static int read_argument(struct line *line, char meaning,
                         struct foreign_call *call)
{
    uint64_t number;
    switch (meaning) {
    case 'p': return line_address(line, &call->old);
    case 'n':
    case 's':
        if (line_number(line, "a size", &number) != 0) {
            return -1;
        }
        if (__builtin_mul_overflow(call->size, number, &call->size)) {
            call->size = UINT64_MAX;
        }
        return 0;
    default:
        if (line_number(line, "an alignment", &number) != 0) {
            return -1;
        }
        call->alignment = power_of_two_from(number);
        return 0;
    }
}

int function_read_arguments(const struct foreign_function *function,
                            struct line *line, const char *separator,
                            struct foreign_call *call)
{
    call->kind = function->kind;
    call->function = function->name;
    call->size = 1;
    for (const char *a = function->arguments; *a != '\0'; a++) {
        if ((a != function->arguments && line_text(line, separator) != 0) ||
            read_argument(line, *a, call) != 0) {
            return -1;
        }
    }
    return 0;
}

/*
 * info.c -- what the views of a trace share.
 */
#include "driver/inspect/info.h"

double info_limit_8(const struct info *info)
{
    return trace_utilization(info->trace, info->profile.peak_8_bytes);
}

const char *info_dialect(const struct info *info)
{
    switch (info->trace->dialect) {
    case DIALECT_CLASSIC: return "classic CS:APP";
    case DIALECT_CMU_2010: return "CMU, 2010s";
    case DIALECT_CMU_2017: return "CMU, since 2017";
    case DIALECT_CS107: return "no header";
    case DIALECT_EXTENDED: return "extended (#!rep 1)";
    }
    return "unknown";
}

const char *info_kind(enum op_kind kind)
{
    switch (kind) {
    case OP_ALLOC: return "malloc";
    case OP_FREE: return "free";
    case OP_REALLOC: return "realloc";
    case OP_TOUCH: return "write";
    case OP_CALLOC: return "calloc";
    case OP_MEMALIGN: return "memalign";
    case OP_KINDS: break;
    }
    return "unknown";
}

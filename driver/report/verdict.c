/*
 * verdict.c -- the words of a verdict.
 */
#include "driver/report/verdict.h"

const char *verdict_label(enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_NOT_RUN: return "-";
    case VERDICT_VALID: return "ok";
    case VERDICT_FAULT: return "FAULT";
    case VERDICT_CRASHED: return "CRASH";
    case VERDICT_EXITED: return "EXIT";
    case VERDICT_HUNG: return "HUNG";
    case VERDICT_RUNAWAY: return "MEMORY";
    case VERDICT_NO_MEMORY: return "NO MEM";
    case VERDICT_BROKEN: return "BROKEN";
    }
    return "?";
}

const char *verdict_name(enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_NOT_RUN: return "not_run";
    case VERDICT_VALID: return "valid";
    case VERDICT_FAULT: return "fault";
    case VERDICT_CRASHED: return "crashed";
    case VERDICT_EXITED: return "exited";
    case VERDICT_HUNG: return "hung";
    case VERDICT_RUNAWAY: return "runaway";
    case VERDICT_NO_MEMORY: return "no_memory";
    case VERDICT_BROKEN: return "broken";
    }
    return "unknown";
}

enum tone verdict_tone(enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_VALID: return TONE_GOOD;
    case VERDICT_NOT_RUN: return TONE_FAINT;
    default: return TONE_BAD;
    }
}

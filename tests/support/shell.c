#include "shell.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "base/child.h"
#include "scratch.h"

const char *shell(const char *fmt, ...)
{
    static char said[16384];
    static char sh[] = "sh", option[] = "-c";
    char line[4096], all[5000], *words[] = {sh, option, all, NULL};
    struct child_result result;
    va_list args;
    va_start(args, fmt);
    vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    snprintf(all, sizeof all, "cd '%s' && { %s; } 2>&1", scratch_dir, line);
    const struct child_run run = {
        .words = words, .limit_ms = 60 * 1000, .out_max = sizeof said - 1, .err_max = 256};
    child_run(&run, &result);
    size_t n = result.out.len;
    snprintf(said, sizeof said, "%s", n > 0 ? result.out.data : "");
    if (!child_exited(&result, 0))
        fail_msg("%s: end %d, status %x: %s", line, (int)result.end, (unsigned)result.status, said);
    child_result_done(&result);
    said[n > 0 && said[n - 1] == '\n' ? n - 1 : n] = '\0';
    return said;
}

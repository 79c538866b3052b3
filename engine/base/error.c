#include "pintop/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/shown.h"

static const struct {
    const char *word;
    int status;
} codes[] = {
#define CODE_ROW(code, word, status) [code] = {word, status},
    PT_CODES(CODE_ROW)
#undef CODE_ROW
};

pt_code pt_error_set(struct pt_error *err, pt_code code, const char *fix, const char *fmt, ...)
{
    if (err == NULL)
        return code;
    char text[PT_WHAT_MAX + 256], safe_fix[PT_FIX_MAX];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    shown_str(safe_fix, sizeof safe_fix, fix);
    err->code = code;
    err->is_fatal = false;
    err->service_code[0] = err->request_id[0] = '\0';
    err->is_retriable = code == PT_ETIMEOUT || code == PT_EBUSY;
    shown_str(err->what, sizeof err->what, text);
    memcpy(err->fix, safe_fix, sizeof err->fix);
    return code;
}

const char *pt_code_word(pt_code code)
{
    return codes[code].word;
}

int pt_code_exit(pt_code code)
{
    return codes[code].status;
}

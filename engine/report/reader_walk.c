/* Going through objects and lists, and past what has no row. */
#include "report/reader.h"

enum { DEPTH_MAX = 32 };

bool json_read_member(struct json_reader *from, bool *is_first, struct span *key)
{
    struct span name;
    if (json_read_is(from, '}'))
        return false;
    if (!*is_first && !json_read_must(from, ','))
        return false;
    *is_first = false;
    json_pass_blanks(from);
    const char *quote = from->at;
    if (!json_read_string(from, &name))
        return false;
    from->key = quote + 1;
    from->key_len = (size_t)(from->at - quote) - 2;
    *key = (struct span){quote, (size_t)(from->at - quote)};
    return json_read_must(from, ':');
}

bool json_read_element(struct json_reader *from, bool *is_first)
{
    if (json_read_is(from, ']'))
        return false;
    if (!*is_first && !json_read_must(from, ','))
        return false;
    *is_first = false;
    return true;
}

static bool past_members(struct json_reader *from)
{
    bool is_first = true;
    struct span key;
    while (json_read_member(from, &is_first, &key))
        if (!json_read_past(from))
            return false;
    return from->code == PT_OK;
}

static bool past_elements(struct json_reader *from)
{
    bool is_first = true;
    while (json_read_element(from, &is_first))
        if (!json_read_past(from))
            return false;
    return from->code == PT_OK;
}

bool json_read_past(struct json_reader *from)
{
    struct span text;
    double number;
    bool value, is_good;
    json_pass_blanks(from);
    char c = '\0';
    if (json_has_more(from))
        c = *from->at;
    if (from->depth == DEPTH_MAX)
        return json_read_fail(from, PT_EDATA, "it is nested too deeply");
    from->depth++;
    if (c == '{' || c == '[') {
        from->at++;
        is_good = c == '{' ? past_members(from) : past_elements(from);
    } else if (c == '"') {
        is_good = json_read_string(from, &text);
    } else if (c == 't' || c == 'f') {
        is_good = json_read_bool(from, &value);
    } else {
        is_good = json_read_is_null(from) || json_read_real(from, &number);
    }
    from->depth--;
    return is_good;
}

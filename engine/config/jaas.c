#include "config/jaas.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/wipe.h"

static pt_code jaas_malformed(const char *why, struct pt_error *err)
{
    return pt_error_set(err, PT_ECONFIG, "Write MODULE required name=\"value\" …;",
                        "sasl.jaas.config cannot be read: %s", why);
}

/* Skips blanks, and both kinds of comments. */
static char *jaas_skip_blanks(char *at)
{
    for (;;) {
        while (isspace((unsigned char)*at))
            at++;
        if (at[0] == '/' && at[1] == '/') {
            at += strcspn(at, "\r\n");
        } else if (at[0] == '/' && at[1] == '*') {
            char *end = strstr(at + 2, "*/");
            at = end != NULL ? end + 2 : at + strlen(at);
        } else {
            return at;
        }
    }
}

/* ------------------------------------------------------------------ words and values */

static bool begins_word(char c)
{
    return isalpha((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

static bool is_in_word(char c)
{
    return begins_word(c) || isdigit((unsigned char)c) || c == '.' || c == '-';
}

/* A name ends at the first character that cannot be part of one. *end is out: that character,
 * which is overwritten; *at is then after it. */
static char *jaas_take_word(char **at, char *end)
{
    char *word = *at, *p = word;
    while (is_in_word(*p))
        p++;
    *end = *p;
    if (*p != '\0')
        *p++ = '\0';
    *at = p;
    return word;
}

/* Returns the character of an escape after its backslash; advances. */
static char jaas_take_escape(char **in)
{
    static const char letters[] = "a\ab\bf\fn\nr\rt\tv\v";
    char c = *(*in)++;
    if (c >= '0' && c <= '7') {
        int value = c - '0', most = c <= '3' ? 2 : 1;
        for (; most > 0 && **in >= '0' && **in <= '7'; most--)
            value = value * 8 + *(*in)++ - '0';
        return value != 0 ? (char)value : '?'; /* a NUL would end the text */
    }
    for (const char *p = letters; *p != '\0'; p += 2)
        if (*p == c)
            return p[1];
    return c;
}

/* Resolves quotes in place; *at is then after them. NULL when they are not closed on this line. */
static char *take_quoted(char **at)
{
    char quote = **at, *in = *at + 1, *value = *at, *out = value;
    while (*in != quote) {
        if (*in == '\0' || *in == '\n' || *in == '\r')
            return NULL;
        if (*in == '\\' && in[1] != '\0') {
            in++;
            *out++ = jaas_take_escape(&in);
        } else {
            *out++ = *in++;
        }
    }
    *at = in + 1;
    *out = '\0';
    return value;
}

/* Takes everything up to a blank or ;, whatever it is; *end as for take_word. */
static char *take_bare(struct jaas *jaas, char **at, char *end)
{
    char *value = *at, *p = value;
    bool is_javas = begins_word(*p);
    for (; *p != '\0' && *p != ';' && !isspace((unsigned char)*p); p++)
        is_javas = is_javas && is_in_word(*p);
    if (!is_javas)
        jaas->java_refuses = "that value needs quotes";
    *end = *p;
    if (*p != '\0')
        *p++ = '\0';
    *at = p;
    return value;
}

/* ------------------------------------------------------------------ an entry */

/* The end characters of name and value are overwritten, so *end carries what they were: a blank
 * when it does not matter. */
static pt_code take_option(struct jaas *jaas, char **at, char *end, struct pt_error *err)
{
    char *name = jaas_take_word(at, end);
    if (*name == '\0' && *end != '=')
        return jaas_malformed("an option's name is expected, but something else follows", err);
    if (*end != '=') {
        bool is_blank = isspace((unsigned char)*end) != 0;
        *at = jaas_skip_blanks(*at);
        if (!is_blank || **at != '=')
            return jaas_malformed("an option has no value", err);
        (*at)++;
    }
    if (*name == '\0')
        return jaas_malformed("a value has no name", err);
    *at = jaas_skip_blanks(*at);
    bool is_quoted = **at == '"' || **at == '\'';
    *end = ' ';
    char *value = is_quoted ? take_quoted(at) : take_bare(jaas, at, end);
    if (value == NULL)
        return jaas_malformed("a quote is not closed", err);
    if (!is_quoted && *value == '\0')
        return jaas_malformed("an option has no value", err);
    if (jaas->n == JAAS_OPTIONS_MAX)
        return jaas_malformed("there are more than 32 options", err);
    jaas->options[jaas->n].name = name;
    jaas->options[jaas->n++].value = value;
    return PT_OK;
}

static pt_code check_flag(const char *flag, struct pt_error *err)
{
    static const char *const flags[] = {"required", "requisite", "sufficient", "optional"};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (strcasecmp(flags[i], flag) == 0)
            return PT_OK;
    return jaas_malformed("the word `required` is missing after the login module", err);
}

static pt_code take_module(struct jaas *jaas, char **at, char *end, struct pt_error *err)
{
    *at = jaas_skip_blanks(*at);
    if (**at == '"' || **at == '\'')
        return pt_error_set(err, PT_ECONFIG, "Remove the quotes around it",
                            "sasl.jaas.config is in quotes as a whole");
    jaas->module = jaas_take_word(at, end);
    if (isspace((unsigned char)*end))
        *at = jaas_skip_blanks(*at);
    if (*end == '{' || (isspace((unsigned char)*end) && **at == '{'))
        return pt_error_set(err, PT_ECONFIG,
                            "Write only what is between the braces: MODULE required name=\"value\" "
                            "…;",
                            "sasl.jaas.config contains a block of a JAAS file, NAME { … }");
    if (*jaas->module == '\0' || *end == '=')
        return jaas_malformed("no login module is named", err);
    if (!isspace((unsigned char)*end))
        return check_flag("", err);
    jaas->flag = jaas_take_word(at, end);
    return check_flag(jaas->flag, err);
}

/* Nothing may follow the ;. */
static pt_code jaas_check_rest(char *at, struct pt_error *err)
{
    at = jaas_skip_blanks(at);
    if (*at == '\0')
        return PT_OK;
    if (*at == '#')
        return pt_error_set(err, PT_ECONFIG, "Put the comment on a line of its own",
                            "sasl.jaas.config has a comment after its value, which Java reads as a "
                            "part of the value");
    return pt_error_set(
        err, PT_ECONFIG, "Keep only the right login module",
        "sasl.jaas.config continues after its ; (Java's client accepts one login module only)");
}

pt_code jaas_parse(const char *text, struct jaas *jaas, struct pt_error *err)
{
    char end = ' ';
    memset(jaas, 0, sizeof *jaas);
    jaas->module = jaas->flag = "";
    jaas->text = strdup(text);
    if (jaas->text == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "configuration: out of memory");
    jaas->len = strlen(text);
    char *at = jaas->text;
    pt_code code = take_module(jaas, &at, &end, err);
    while (code == PT_OK && end != ';') {
        if (end == '\0') {
            jaas->java_refuses = "a ; is missing at the end";
            break;
        }
        at = jaas_skip_blanks(at);
        if (*at == '\0' || *at == ';')
            end = *at != '\0' ? *at++ : '\0';
        else
            code = take_option(jaas, &at, &end, err);
    }
    return code == PT_OK && end == ';' ? jaas_check_rest(at, err) : code;
}

void jaas_done(struct jaas *jaas)
{
    wipe_bytes(jaas->text, jaas->len);
    memset(jaas, 0, sizeof *jaas);
}

const char *jaas_get(const struct jaas *jaas, const char *name)
{
    for (size_t i = jaas->n; i > 0; i--)
        if (strcasecmp(jaas->options[i - 1].name, name) == 0)
            return *jaas->options[i - 1].value != '\0' ? jaas->options[i - 1].value : NULL;
    return NULL;
}

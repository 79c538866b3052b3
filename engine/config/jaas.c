#include "config/jaas.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static pt_code malformed(const char *why, struct pt_error *err)
{
    return pt_error_set(err, PT_ECONFIG, "Write MODULE required name=\"value\" …;",
                        "sasl.jaas.config can't be read: %s", why);
}

/* Blanks, and both kinds of comments. */
static char *skip_blanks(char *at)
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

/* A name ends at the first character that is no part of one. *end out: that character, which is
 * overwritten; *at is then behind it. */
static char *take_word(char **at, char *end)
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

/* The character of an escape behind its backslash; moves on behind it. */
static char take_escape(char **in)
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

/* Quotes undone in place, *at then behind them. NULL: they are not closed in this line. */
static char *take_quoted(char **at)
{
    char quote = **at, *in = *at + 1, *value = *at, *out = value;
    while (*in != quote) {
        if (*in == '\0' || *in == '\n' || *in == '\r')
            return NULL;
        if (*in == '\\' && in[1] != '\0') {
            in++;
            *out++ = take_escape(&in);
        } else {
            *out++ = *in++;
        }
    }
    *at = in + 1;
    *out = '\0';
    return value;
}

/* Up to a blank or ;, whatever it holds; *end as for take_word. */
static char *take_bare(struct jaas *jaas, char **at, char *end)
{
    char *value = *at, *p = value;
    bool is_javas = begins_word(*p);
    for (; *p != '\0' && *p != ';' && !isspace((unsigned char)*p); p++)
        is_javas = is_javas && is_in_word(*p);
    if (!is_javas)
        jaas->java_refuses = "it wants quotes around that value";
    *end = *p;
    if (*p != '\0')
        *p++ = '\0';
    *at = p;
    return value;
}

/* ------------------------------------------------------------------ an entry */

/* The name's and the value's end characters are overwritten, so what they were is carried in *end:
 * a blank where there is nothing to know. */
static pt_code take_option(struct jaas *jaas, char **at, char *end, struct pt_error *err)
{
    char *name = take_word(at, end);
    if (*name == '\0' && *end != '=')
        return malformed("something stands where an option's name is expected", err);
    if (*end != '=') {
        bool is_blank = isspace((unsigned char)*end) != 0;
        *at = skip_blanks(*at);
        if (!is_blank || **at != '=')
            return malformed("an option without a value behind it", err);
        (*at)++;
    }
    if (*name == '\0')
        return malformed("a value without a name before it", err);
    *at = skip_blanks(*at);
    bool is_quoted = **at == '"' || **at == '\'';
    *end = ' ';
    char *value = is_quoted ? take_quoted(at) : take_bare(jaas, at, end);
    if (value == NULL)
        return malformed("a quote that is not closed", err);
    if (!is_quoted && *value == '\0')
        return malformed("an option without a value behind it", err);
    if (jaas->n == JAAS_OPTIONS_MAX)
        return malformed("over 32 options", err);
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
    return malformed("the word `required` is missing behind the login module", err);
}

static pt_code take_module(struct jaas *jaas, char **at, char *end, struct pt_error *err)
{
    *at = skip_blanks(*at);
    if (**at == '"' || **at == '\'')
        return pt_error_set(err, PT_ECONFIG, "Take the quotes around it away",
                            "sasl.jaas.config stands in quotes as a whole");
    jaas->module = take_word(at, end);
    if (isspace((unsigned char)*end))
        *at = skip_blanks(*at);
    if (*end == '{' || (isspace((unsigned char)*end) && **at == '{'))
        return pt_error_set(err, PT_ECONFIG,
                            "Write only what is between the braces: MODULE required name=\"value\" "
                            "…;",
                            "sasl.jaas.config holds a block of a JAAS file, NAME { … }");
    if (*jaas->module == '\0' || *end == '=')
        return malformed("no login module is named", err);
    if (!isspace((unsigned char)*end))
        return check_flag("", err);
    jaas->flag = take_word(at, end);
    return check_flag(jaas->flag, err);
}

/* Behind the ; nothing may follow. */
static pt_code check_rest(char *at, struct pt_error *err)
{
    at = skip_blanks(at);
    if (*at == '\0')
        return PT_OK;
    if (*at == '#')
        return pt_error_set(err, PT_ECONFIG, "Put the comment on a line of its own",
                            "sasl.jaas.config has a comment behind its value, and Java takes it as "
                            "a part of it");
    return pt_error_set(err, PT_ECONFIG, "Keep the one login module that is meant",
                        "sasl.jaas.config goes on behind its ; (Java's client takes one login "
                        "module only)");
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
            jaas->java_refuses = "it wants a ; at the end";
            break;
        }
        at = skip_blanks(at);
        if (*at == '\0' || *at == ';')
            end = *at != '\0' ? *at++ : '\0';
        else
            code = take_option(jaas, &at, &end, err);
    }
    return code == PT_OK && end == ';' ? check_rest(at, err) : code;
}

void jaas_done(struct jaas *jaas)
{
    if (jaas->text != NULL)
        explicit_bzero(jaas->text, jaas->len);
    free(jaas->text);
    memset(jaas, 0, sizeof *jaas);
}

const char *jaas_get(const struct jaas *jaas, const char *name)
{
    for (size_t i = jaas->n; i > 0; i--)
        if (strcasecmp(jaas->options[i - 1].name, name) == 0)
            return *jaas->options[i - 1].value != '\0' ? jaas->options[i - 1].value : NULL;
    return NULL;
}

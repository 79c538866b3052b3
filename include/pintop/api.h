/* PT_API_BEGIN and PT_API_END enclose the declarations of each public header: they give them C
 * linkage in C++, and make them visible outside the library, which hides everything else. */
#ifndef PINTOP_API_H
#define PINTOP_API_H

#ifdef __cplusplus
#define PT_API_BEGIN                                                                               \
    extern "C" {                                                                                   \
    _Pragma("GCC visibility push(default)")
#define PT_API_END                                                                                 \
    _Pragma("GCC visibility pop")                                                                  \
    }
#else
#define PT_API_BEGIN _Pragma("GCC visibility push(default)")
#define PT_API_END _Pragma("GCC visibility pop")
#endif

#endif

package dev.javelin.collector.probe;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The parts of readable C++ names, as GCC's demangler writes them. */
final class CxxNames {
    /** Words that the demangler writes although they are not in the mangled name: types, abbreviations of the standard library, operators. */
    private static final String WRITTEN = " signed char unsigned char short int long long long __int128 float double"
            + " __float128 void bool wchar_t char8_t char16_t char32_t const volatile restrict __restrict std string"
            + " basic_string basic_istream basic_ostream basic_iostream istream ostream iostream allocator char_traits"
            + " operator new delete co_await sizeof alignof noexcept throw typeid decltype auto nullptr_t true false ul ull"
            + " anonymous namespace lambda unnamed type clone abi vtable for vtt typeinfo name fn construction guard variable"
            + " reference temporary non virtual thunk covariant return to tls init wrapper function transaction"
            + " complex imaginary decimal32 decimal64 decimal128 half vector static_cast dynamic_cast reinterpret_cast"
            + " const_cast default arg template parameter object ";

    private CxxNames() {}

    /**
     * Texts that the mangled form of every name fitting a pattern contains: the identifiers in the pattern, or pieces of them. Those that
     * might come from the demangler itself are left out, and so is what a digit begins.
     */
    static List<String> identifiers(String pattern) {
        List<String> found = new ArrayList<>();
        int from = 0;
        for (int at = 0; at <= pattern.length(); at++) {
            if (at < pattern.length() && isPart(pattern.charAt(at))) {
                continue;
            }
            String identifier = pattern.substring(from, at);
            from = at + 1;
            if (!identifier.isEmpty() && !Character.isDigit(identifier.charAt(0)) && !isWritten(identifier)) {
                found.add(identifier);
            }
        }
        return found;
    }

    private static boolean isPart(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    }

    private static boolean isWritten(String identifier) {
        return WRITTEN.contains(identifier.toLowerCase(Locale.ROOT));
    }

    /** Without what GCC appends to copies that replace a function with another signature: {@code f(int) [clone .constprop.0]}. */
    static String withoutClone(String name) {
        int clone = name.indexOf(" [clone ");
        String suffix = clone < 0 ? "" : name.substring(clone);
        return suffix.contains(".part.") ? name : name.substring(0, name.length() - suffix.length());
    }

    /**
     * Without the parameter list and what follows it, and without the type returned, which names of template instances begin with:
     * {@code void Foo<int>::bar<long>(int, char*) const} gives {@code Foo<int>::bar<long>}. What has no parameter list stays.
     */
    static String withoutParameters(String name) {
        int close = name.lastIndexOf(')');
        int open = close < 0 ? -1 : opening(name, close);
        return open <= 0 ? name : withoutType(name.substring(0, open));
    }

    /** How many parameters a name with a parameter list has: {@code f(int, std::pair<int, int>)} has 2. 0 without a list. */
    static int parameters(String name) {
        int close = name.lastIndexOf(')');
        int open = close < 0 ? -1 : opening(name, close);
        String list = open < 0 ? "" : name.substring(open + 1, close);
        if (list.isEmpty() || list.equals("void")) {
            return 0;
        }
        int depth = 0;
        int commas = 0;
        for (int at = 0; at < list.length(); at++) {
            char c = list.charAt(at);
            depth += c == '(' || c == '<' ? 1 : c == ')' || c == '>' ? -1 : 0;
            commas += c == ',' && depth == 0 ? 1 : 0;
        }
        return commas + 1;
    }

    private static int opening(String name, int close) {
        int depth = 0;
        for (int at = close; at >= 0; at--) {
            char c = name.charAt(at);
            depth += c == ')' ? 1 : c == '(' ? -1 : 0;
            if (depth == 0) {
                return at;
            }
        }
        return -1;
    }

    /** The type ends at the last blank that is in no parentheses or angle brackets. Operators have blanks and brackets of their own. */
    private static String withoutType(String name) {
        if (name.contains("operator")) {
            return name;
        }
        int depth = 0;
        for (int at = name.length() - 1; at >= 0; at--) {
            char c = name.charAt(at);
            depth += c == ')' || c == '>' ? 1 : c == '(' || c == '<' ? -1 : 0;
            if (c == ' ' && depth == 0) {
                return name.substring(at + 1);
            }
        }
        return name;
    }
}

package dev.javelin.collector.session;

import java.util.List;

/** What reports of several events are called. */
public final class Titles {
    private Titles() {}

    /** {@code CPU time, time off the CPU} for {@code CPU time} and {@code Time off the CPU}. */
    public static String joined(List<String> titles) {
        StringBuilder all = new StringBuilder(titles.get(0));
        for (String title : titles.subList(1, titles.size())) {
            boolean isWord = title.length() > 1 && !Character.isUpperCase(title.charAt(1));
            all.append(", ").append(isWord ? Character.toLowerCase(title.charAt(0)) + title.substring(1) : title);
        }
        return all.toString();
    }
}

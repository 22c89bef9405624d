package dev.javelin.collector.hotspot;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the VM thread does while Java threads are held, by the first word of a VM_Operation: the address of its class's table of virtual
 * functions (vmOperations.hpp; checked with JDK 17 and 25).
 */
public final class VmOperations {
    private static final Pattern NAME = Pattern.compile("_ZTV\\d+(?:VM_)?(\\w+)");
    /** Those of the collectors, of all of JDK 8 to 25. */
    private static final Pattern COLLECTION =
            Pattern.compile("Collect|Collection|GC|^G1|^Z[A-Z]|^X[A-Z]|^Shenandoah|^CMS|^GenCollect|^Parallel|^Serial");

    private final Map<Long, String> names = new HashMap<>();

    public VmOperations(HotSpot hotSpot) {
        hotSpot.vtables().forEach((linkage, address) -> {
            Matcher name = NAME.matcher(linkage);
            if (name.matches()) {
                names.put(address + LibjvmStatics.VTABLE_HEADER, name.group(1));
            }
        });
    }

    /** The operation's name, such as {@code G1CollectForAllocation}; empty if it is not known. */
    public String name(long vtable) {
        return names.getOrDefault(vtable, "");
    }

    /** Whether an operation of that name is part of a garbage collection. */
    public static boolean isCollection(String name) {
        return COLLECTION.matcher(name).find();
    }
}

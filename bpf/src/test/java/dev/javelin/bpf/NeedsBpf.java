package dev.javelin.bpf;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Tests that load BPF programs: each is skipped, with the reason, where that is not allowed, and fails where it must run (CI=true or
 * JAVELIN_MUST_RUN=1).
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsBpf.Condition.class)
@interface NeedsBpf {
    /** Asked once for each test, so that each shows as skipped. */
    class Condition implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            String obstacle = context.getTestMethod().isPresent() ? Kernel.obstacle() : "";
            if (obstacle.isEmpty() || Kernel.mustRun()) {
                return ConditionEvaluationResult.enabled("");
            }
            return ConditionEvaluationResult.disabled(obstacle);
        }
    }
}

package dev.apmexport.standalone.demo;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.util.List;
import java.util.function.LongConsumer;

/** The bucket times inside a push, wherever they stand: all four kinds of samples carry them as {@code Timestamp}. */
final class BucketTimes {
  private BucketTimes() {}

  /** A copy with every time that many seconds later. */
  static Message shifted(Message message, long seconds) {
    if (message instanceof Timestamp time) { return time.toBuilder().setSeconds(time.getSeconds() + seconds).build(); }
    Message.Builder copy = message.toBuilder();
    message.getAllFields().forEach((field, value) -> {
      if (field.getJavaType() == JavaType.MESSAGE) {
        copy.setField(field, field.isRepeated() ? shiftedAll(value, seconds) : shifted((Message) value, seconds));
      }
    });
    return copy.build();
  }

  private static List<Message> shiftedAll(Object messages, long seconds) {
    return ((List<?>) messages).stream().map(message -> shifted((Message) message, seconds)).toList();
  }

  /** Hands over every time, in seconds since the epoch. */
  static void forEach(Message message, LongConsumer seconds) {
    if (message instanceof Timestamp time) {
      seconds.accept(time.getSeconds());
      return;
    }
    message.getAllFields().forEach((field, value) -> {
      if (field.getJavaType() == JavaType.MESSAGE) {
        children(field, value).forEach(child -> forEach((Message) child, seconds));
      }
    });
  }

  private static List<?> children(FieldDescriptor field, Object value) {
    return field.isRepeated() ? (List<?>) value : List.of(value);
  }
}

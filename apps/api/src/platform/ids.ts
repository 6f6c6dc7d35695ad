export {
  DELIVERY_ID_PATTERN,
  fromBigint,
  fromUuid,
  type IdKind,
  idPattern,
  isId,
  newId,
  toBigint,
  toUuid,
} from "@tidings/db";

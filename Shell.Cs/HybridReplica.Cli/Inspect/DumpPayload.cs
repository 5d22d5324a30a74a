using System.Buffers.Binary;
using HybridReplica.Core;

namespace HybridReplica.Cli.Inspect;

static class DumpPayload
{
    public static byte[] Of(RdbValueType type, RdbVersion version, ReadOnlySpan<byte> value)
    {
        var payload = new byte[value.Length + 11];
        payload[0] = (byte)type.Number;
        value.CopyTo(payload.AsSpan(1));
        BinaryPrimitives.WriteUInt16LittleEndian(payload.AsSpan(value.Length + 1), (ushort)version.Number);
        BinaryPrimitives.WriteUInt64LittleEndian(
            payload.AsSpan(value.Length + 3),
            Crc64.update(0, payload.AsSpan(0, value.Length + 3))
        );
        return payload;
    }
}

namespace HybridReplica.Core

open System
open System.Buffers.Binary

/// What the command `DUMP` answers and `RESTORE` takes: the type of a value in one byte, the value as it is in an RDB,
/// the version of the RDB in two bytes, and the checksum of all that in eight (`createDumpPayload`, 7.0.15). It is
/// written out as it comes: the type first, then the value in any pieces, then the end; this keeps the checksum.
[<Struct; NoComparison; NoEquality>]
type DumpPayload =
    private
        {
            Checksum: uint64
        }

    /// How many bytes the end takes: the version and the checksum.
    static member EndLength = 10

    /// <summary>The payload begins.</summary>
    /// <param name="valueType">Its first byte (<c>RdbValueType.Number</c>), which is to be written out too.</param>
    static member Start(valueType: byte) : DumpPayload =
        {
            Checksum = Crc64Tables.updateByte (0UL, valueType)
        }

    /// <summary>It goes on.</summary>
    /// <param name="value">The next bytes of the value, of any number.</param>
    member this.Add(value: ReadOnlySpan<byte>) : DumpPayload =
        {
            Checksum = Crc64.update (this.Checksum, value)
        }

    /// <summary>The payload is over.</summary>
    /// <param name="version">
    /// That of the RDB which the value is from. A server takes the payload if it could read that RDB
    /// (`verifyDumpPayload`, 7.0.15).
    /// </param>
    /// <param name="destination">Where the last bytes go: room for <c>EndLength</c>.</param>
    member this.End(version: RdbVersion, destination: Span<byte>) : unit =
        BinaryPrimitives.WriteUInt16LittleEndian(destination, uint16 version.Number)

        let checksum =
            Crc64.update (this.Checksum, Span.op_Implicit (destination.Slice(0, 2)))

        BinaryPrimitives.WriteUInt64LittleEndian(destination.Slice 2, checksum)

    /// <summary>A whole payload.</summary>
    /// <param name="valueType">The type of the value (<c>RdbValueType.Number</c>).</param>
    /// <param name="value">The value as it is in the RDB.</param>
    /// <param name="version">The version of the RDB.</param>
    static member Whole(valueType: byte, value: ReadOnlySpan<byte>, version: RdbVersion) : byte[] =
        let payload = Array.zeroCreate<byte>(1 + value.Length + DumpPayload.EndLength)
        payload[0] <- valueType
        value.CopyTo(Span(payload, 1, value.Length))
        DumpPayload.Start(valueType).Add(value).End(version, Span(payload, 1 + value.Length, DumpPayload.EndLength))
        payload

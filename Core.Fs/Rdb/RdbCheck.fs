namespace HybridReplica.Core

[<Struct; RequireQualifiedAccess>]
type RdbVendor =
    | Redis
    | Valkey

[<Struct>]
type RdbVersion =
    {
        Vendor: RdbVendor
        Number: int
    }

    override this.ToString() =
        match this.Vendor with
        | RdbVendor.Redis -> $"REDIS{this.Number:d4}"
        | RdbVendor.Valkey -> $"VALKEY{this.Number:d3}"

    static member TryRead(_head: System.ReadOnlySpan<byte>) : RdbVersion voption = ValueNone

[<RequireQualifiedAccess>]
type ChecksumAbsence =
    | Disabled
    | TooOld

[<RequireQualifiedAccess>]
type RdbVerdict =
    | Verified of RdbVersion
    | Unchecked of RdbVersion * ChecksumAbsence
    | ChecksumMismatch of RdbVersion * stored: uint64 * computed: uint64
    | EndMissing of RdbVersion
    | NotRdb
    | TooShort of bytes: int64

using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HybridReplica.Core;

namespace HybridReplica;

/// <summary>
/// Whom TLS trusts, and what it shows of us: read from its files once, for all connections of a session.
/// </summary>
sealed class TlsTrust
{
    readonly TlsOptions _options;
    readonly X509Certificate2Collection? _authorities;
    readonly SslStreamCertificateContext? _own;

    /// <exception cref="ArgumentException">A file cannot be read or does not hold what it should.</exception>
    public TlsTrust(TlsOptions options)
    {
        _options = options;
        if (options is { KeyFile: not null, CertificateFile: null })
            throw new ArgumentException("A TLS key is given, but no certificate.");

        _authorities = options.CaFile is { } file ? Read(file, "CA", () => Authorities(file)) : null;
        _own = options.CertificateFile is { } own ? Read(own, "certificate", () => Own(own, options.KeyFile)) : null;
    }

    /// <summary>Whom TLS trusts, if it is spoken at all.</summary>
    /// <exception cref="ArgumentException">A file of certificates cannot be used; the message says why.</exception>
    public static TlsTrust? Of(ReplicaOptions options) =>
        MasterAddress.Read(options.Master).IsTls ? new TlsTrust(options.Tls) : null;

    static T Read<T>(string file, string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception)
            when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ArgumentException($"The TLS {what} cannot be read from {file}: {exception.Message}", exception);
        }
    }

    static X509Certificate2Collection Authorities(string file)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(file);
        return authorities.Count > 0 ? authorities : throw new CryptographicException("It holds no certificate.");
    }

    static SslStreamCertificateContext Own(string certificateFile, string? keyFile)
    {
        var certificate = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(certificateFile);
        // Windows does not use a key that was never in one of its key stores.
        if (OperatingSystem.IsWindows())
            certificate = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);

        return SslStreamCertificateContext.Create(certificate, chain, offline: true);
    }

    /// <summary>How to open TLS with the host.</summary>
    /// <param name="host">The host of the address.</param>
    /// <param name="object">Is told what is wrong with the master's certificate, if that ends the handshake.</param>
    public SslClientAuthenticationOptions For(string host, Action<TlsTrouble> @object) =>
        new()
        {
            TargetHost = _options.TargetHost ?? host,
            ClientCertificateContext = _own,
            CertificateChainPolicy = _authorities is null ? null : TrustOnly(_authorities),
            RemoteCertificateValidationCallback = (_, _, _, errors) =>
            {
                if (errors == SslPolicyErrors.None || _options.SkipVerification)
                    return true;

                @object(
                    errors == SslPolicyErrors.RemoteCertificateNameMismatch
                        ? TlsTrouble.NameMismatch
                        : TlsTrouble.Untrusted
                );
                return false;
            },
        };

    static X509ChainPolicy TrustOnly(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }
}
